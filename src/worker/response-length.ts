/** @module What a response to HEAD says about the response to GET. */
import { fieldValue } from "../http/fields.ts";
import type { ResponseHead } from "../http/response-head.ts";

/**
 * A HEAD is answered with the Content-Length of the body that GET would have (RFC 9110 §9.3.2), where there is one to measure.
 * `knownBytes`: its size; null where it is not known.
 */
export function withLengthOfGet(head: ResponseHead, knownBytes: number | null): ResponseHead {
  const hasNone = head.status === 204 || head.status === 304 || head.status < 200;
  if (knownBytes === null || knownBytes === 0 || hasNone || fieldValue(head.fields, "content-length") !== null) return head;
  return { ...head, fields: [...head.fields, "Content-Length", String(knownBytes)] };
}
