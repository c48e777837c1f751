/** @module Statuses as WSGI applications say them: `404 Not Found`. */
import { LocalProtocolError, quote } from "../../http/errors.ts";
import { FIELD_VALUE } from "../../http/grammar.ts";
import { reasonPhrase } from "../../http/status.ts";

export interface Status {
  /** 200 to 599. */
  readonly status: number;
  /** Empty where it is the registered one. */
  readonly reason: string;
}

const STATUS = /^([2-5][0-9]{2})(?: (.*))?$/s;
const STATUSES_MAX = 200;
const STATUS_MAX_CHARS = 64;

/** Statuses that were read, as applications have few of them. */
export class StatusLines {
  readonly #known: Map<string, Status> = new Map();

  /** Throws a TypeError for what is no string and a {@link LocalProtocolError} (`bad_status`, `bad_reason`) for what cannot be sent. */
  read(text: string): Status {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const status = readStatus(text);
    if (this.#known.size < STATUSES_MAX && text.length <= STATUS_MAX_CHARS) this.#known.set(text, status);
    return status;
  }
}

function readStatus(text: unknown): Status {
  if (typeof text !== "string") throw new TypeError(`The status must be a string such as "200 OK", not ${String(text)}`);
  const match = STATUS.exec(text);
  if (match === null) {
    throw new LocalProtocolError("bad_status", `${quote(text)}, which must be like "200 OK" and from 200 to 599`);
  }
  const status = Number(match[1]);
  const reason = match[2] ?? "";
  if (!FIELD_VALUE.test(reason)) throw new LocalProtocolError("bad_reason", quote(reason));
  return { status, reason: reason === reasonPhrase(status) ? "" : reason };
}
