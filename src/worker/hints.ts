/** @module Interim responses of an application (RFC 9110 §15.2). */
import { LocalProtocolError } from "../http/errors.ts";
import type { Fields } from "../http/events.ts";
import { encodeInterim } from "../http/writer.ts";

const PROCESSING = 102;
const EARLY_HINTS = 103;

/** As text. Throws a {@link LocalProtocolError} for what is neither 102 nor 103 (100 is the server's own), and for fields that cannot be sent. */
export function encodeHint(status: number, fields: Fields): string {
  if (status !== PROCESSING && status !== EARLY_HINTS) {
    throw new LocalProtocolError("bad_status", `${status}, an interim response has 103 or 102`);
  }
  return encodeInterim(status, fields);
}
