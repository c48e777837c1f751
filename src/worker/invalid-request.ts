/** @module What the operator and the client hear of a request that never reaches the application. */
import type { PeerInfo } from "../app/application.ts";
import { errorResponse } from "../http/error-page.ts";
import type { RemoteProtocolError } from "../http/errors.ts";
import type { Judgement } from "../http/trust-rules.ts";
import type { Logger } from "../log/logger.ts";
import type { ConnectionHost } from "./connection-host.ts";

const END_OF_HEAD = "\r\n\r\n";

/** gunicorn's line. Names the peer and, where a proxy that is believed says so, its client. */
export function logInvalidRequest(log: Logger, peer: PeerInfo, judgement: Judgement | null, error: RemoteProtocolError): void {
  const { remoteAddress } = peer;
  const ip = remoteAddress === "" ? "unix socket" : remoteAddress;
  const clientAddress = judgement?.origin.clientAddress ?? "";
  const client = clientAddress === "" || clientAddress === remoteAddress ? "" : ` client=${clientAddress}`;
  log.log("warning", `Invalid request from ip=${ip}${client}: ${error.message}`);
}

/** The whole answer; to HEAD its head only (RFC 9110 §9.3.2). Null: an error of ours, of which a client is told nothing. */
export function refusalPage(error: RemoteProtocolError | null, { date, server }: ConnectionHost, isHead: boolean): string {
  const page = errorResponse(error?.status ?? 500, error?.message ?? "", { date, server });
  return isHead ? page.slice(0, page.indexOf(END_OF_HEAD) + END_OF_HEAD.length) : page;
}
