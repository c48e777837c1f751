/** @module The answer with which a connection changes hands: 101 to `Upgrade` (RFC 9110 §7.8), 2xx to CONNECT (RFC 9110 §9.3.6). */
import { LocalProtocolError } from "../http/errors.ts";
import type { RequestHead } from "../http/events.ts";
import { fieldValue } from "../http/fields.ts";
import { decideResponseFraming } from "../http/framing.ts";
import type { ResponseHead } from "../http/response-head.ts";
import { encodeHead } from "../http/writer.ts";
import type { ConnectionHost } from "./connection-host.ts";

const SWITCHING_PROTOCOLS = 101;

/** Throws a {@link LocalProtocolError} (`no_upgrade`) for a request that asks for neither. An HTTP/1.0 request cannot ask for an upgrade. */
export function checkHandover(request: RequestHead): void {
  if (request.upgrade) return;
  throw new LocalProtocolError(
    "no_upgrade",
    "the request is no CONNECT, and not HTTP/1.1 with the headers Upgrade and Connection: upgrade",
  );
}

/**
 * The head as text. Throws a {@link LocalProtocolError} for one that leaves the client in doubt about what follows (`no_upgrade`), and for
 * what cannot be sent.
 */
export function encodeHandover(request: RequestHead, head: ResponseHead, host: ConnectionHost): string {
  const { status } = head;
  if (request.method === "CONNECT") {
    if (status < 200 || status > 299) {
      throw new LocalProtocolError("no_upgrade", `status ${status} does not open a tunnel, 2xx does`);
    }
  } else if (status !== SWITCHING_PROTOCOLS) {
    throw new LocalProtocolError("no_upgrade", `status ${status} does not switch protocols, 101 does`);
  } else if (fieldValue(head.fields, "upgrade") === null) {
    throw new LocalProtocolError("no_upgrade", "a response with status 101 needs the header Upgrade, which names the protocol");
  }
  return encodeHead(head, {
    framing: decideResponseFraming(request, head, null),
    requestMinorVersion: request.minorVersion,
    persistent: true,
    date: host.date,
    server: host.server,
  });
}
