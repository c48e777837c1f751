/** @module Taking a connection over: another protocol after `Upgrade` (RFC 9110 §7.8), or a tunnel after CONNECT (§9.3.6). */
import { LocalProtocolError, quote } from "../http/errors.ts";
import type { RequestHead } from "../http/events.ts";
import { allFieldValues, fieldValue, trimBlanks } from "../http/fields.ts";
import type { ResponseHead } from "../http/response-head.ts";
import type { TakenConnection } from "./application.ts";
import { type Call, clientLeft } from "./call.ts";
import { isName } from "./header-fields.ts";
import { type HeadersSource, sendableFields } from "./sendable-fields.ts";
import { SocketStreams } from "./socket-streams.ts";

/** What is said to the client before the connection speaks another protocol. */
export interface UpgradeInit {
  /** `Upgrade` among them chooses one of the protocols that the client asked for; needed only where it asked for several. */
  readonly headers?: HeadersSource;
  /** 101, which is the default, for `Upgrade`; 200 to 299 for CONNECT, 200 by default. */
  readonly status?: number;
}

/** A connection that speaks another protocol from now on. */
export interface UpgradedConnection {
  /** What was switched to, as the response named it; empty for CONNECT. */
  readonly protocol: string;
  /** Ends with the client's half of the connection; fails with an `AbortError` where it is lost. Cancelling destroys the connection. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Takes as much as the client does. Closing ends our half and leaves the other open; aborting destroys the connection. */
  readonly writable: WritableStream<Uint8Array>;
  /** Resolves when the connection is gone, however it ended. Never rejects. */
  readonly closed: Promise<void>;
  /** Something to return where a type or a framework demands a `Response`. It is not sent. */
  readonly response: Response;
}

const SWITCHING_PROTOCOLS = 101;

/**
 * Answers with 101 (or 2xx) and takes the connection. Throws a TypeError where the request asks for no such thing, was answered or has
 * content that was not read, where the protocol is not one that the client named, and for headers that cannot be sent; a RangeError
 * for the status; an `AbortError` where the client is gone.
 */
export function upgrade(call: Call, init: UpgradeInit): UpgradedConnection {
  const { exchange } = call;
  const { head } = exchange;
  if (call.upgraded !== null) throw new TypeError("context.upgrade() was called already for this request");
  if (!head.upgrade) throw new TypeError(`context.upgrade() needs a request that asks for it: ${missingOf(head)}`);
  if (exchange.aborted) throw clientLeft();
  const isTunnel = head.method === "CONNECT";
  const status = checkStatus(init.status, isTunnel);
  const given = sendableFields(init.headers ?? {});
  const protocol = isTunnel ? "" : chooseProtocol(head, given);
  const fields = given.filter((_, index) => !isName(given[index & ~1] ?? "", "upgrade"));
  if (!isTunnel) fields.push("Upgrade", protocol);
  const streams = new SocketStreams(takeOver(call, { status, reason: "", fields }));
  call.upgraded = streams;
  return {
    protocol,
    readable: streams.readable,
    writable: streams.writable,
    closed: streams.gone,
    get response(): Response {
      return new Response(null);
    },
  };
}

function takeOver(call: Call, head: ResponseHead): TakenConnection {
  try {
    return call.exchange.takeOver(head);
  } catch (error) {
    if (!(error instanceof LocalProtocolError)) throw error;
    throw new TypeError(`context.upgrade() failed: ${error.message}`, { cause: error });
  }
}

function missingOf(head: RequestHead): string {
  if (head.minorVersion === 0) return "it is HTTP/1.0, which has no Upgrade";
  if (fieldValue(head.fields, "upgrade") === null) return "it has no Upgrade header, and its method is not CONNECT";
  return 'its Connection header does not name "upgrade"';
}

function checkStatus(status: number | undefined, isTunnel: boolean): number {
  if (status === undefined) return isTunnel ? 200 : SWITCHING_PROTOCOLS;
  const isRight = isTunnel ? Number.isInteger(status) && status >= 200 && status <= 299 : status === SWITCHING_PROTOCOLS;
  if (isRight) return status;
  throw new RangeError(
    `The status of context.upgrade() must be ${isTunnel ? "200 to 299 for CONNECT" : "101"}, not ${status}; ` +
      "return a Response to refuse",
  );
}

/** Protocols are compared without their case (RFC 9110 §7.8); what the application wrote is sent. */
function chooseProtocol(head: RequestHead, fields: readonly string[]): string {
  const asked = protocolsOf(head.fields);
  const chosen = protocolsOf(fields);
  const [only] = asked;
  if (chosen.length === 0) {
    if (only !== undefined && asked.length === 1) return only;
    throw new TypeError(
      `context.upgrade() needs an Upgrade header that chooses among the protocols that the client asks for: ${listed(asked)}`,
    );
  }
  const known = new Set(asked.map((protocol) => protocol.toLowerCase()));
  const unknown = chosen.find((protocol) => !known.has(protocol.toLowerCase()));
  if (unknown === undefined) return chosen.join(", ");
  throw new TypeError(
    `The client does not ask for the protocol ${quote(unknown)} of the Upgrade header, but for ${listed(asked)}`,
  );
}

function protocolsOf(fields: readonly string[]): string[] {
  return allFieldValues(fields, "upgrade").flatMap((value) => value.split(",")).map(trimBlanks).filter((name) => name !== "");
}

function listed(protocols: readonly string[]): string {
  return protocols.length === 0 ? "none" : protocols.map(quote).join(", ");
}
