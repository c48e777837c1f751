/** @module Whether a connection stays open behind an answer (RFC 9112 §9.3). */
import { RemoteProtocolError } from "../http/errors.ts";
import type { RequestHead } from "../http/events.ts";
import { DISCARD_BYTES } from "./bounds.ts";
import type { ConnectionHost } from "./connection-host.ts";
import type { Intake } from "./intake.ts";
import type { ConnectionBody } from "./request-body.ts";

/** Whether an answer whose head is made now may leave the connection open. `peerEnded`: the client sent FIN. */
export function mayPersist(
  host: ConnectionHost,
  head: RequestHead,
  body: ConnectionBody | null,
  intake: Intake,
  peerEnded: boolean,
): boolean {
  if (!head.keepAlive || host.keepaliveMs === 0 || host.draining) return false;
  // Who pipelines and then half-closes waits for all the answers.
  if (peerEnded && !intake.hasPipelined) return false;
  return intake.messageEnded || (body !== null && isCheapToEnd(head, body));
}

/** Whether the content that nobody has read yet is likely to end soon. */
function isCheapToEnd(head: RequestHead, body: ConnectionBody): boolean {
  // What is broken or did not come in time has no end in sight.
  if (body.failure instanceof RemoteProtocolError) return false;
  if (body.isRead) return true;
  // A client that waits for 100 may or may not send the content now: its next bytes cannot be told apart.
  if (head.expectContinue) return false;
  return head.framing.kind !== "length" || head.framing.bytes <= DISCARD_BYTES;
}
