/** @module Status, reason and fields of a response, checked as the constructor of the standard checks them ("initialize a response"). */
import type { ResponseHead } from "../http/response-head.ts";
import { checkName, hasField, normalizeValue } from "./header-fields.ts";
import { LightHeaders } from "./headers.ts";
import { TEXT_TYPE } from "./response-body.ts";

/** The heads of `new Response()` and `new Response("text")`. One object each, so that a writer can remember what it rendered. */
export const EMPTY_HEAD: ResponseHead = Object.freeze({ status: 200, reason: "", fields: Object.freeze([]) });
export const TEXT_HEAD: ResponseHead = Object.freeze({
  status: 200,
  reason: "",
  fields: Object.freeze(["content-type", TEXT_TYPE]),
});

const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;

/** `type` is the Content-Type of the body where the headers name none. Throws a RangeError for the status and a TypeError for the rest. */
export function createHead(init: ResponseInit, hasBody: boolean, type: string | null): ResponseHead {
  if (typeof init !== "object" && typeof init !== "function") {
    throw new TypeError("The second argument of Response must be an object");
  }
  const status = init.status === undefined ? 200 : toUnsignedShort(init.status);
  if (status < 200 || status > 599) {
    throw new RangeError(`The status of a Response must be between 200 and 599, not ${init.status}${adviceFor(status)}`);
  }
  const reason = init.statusText === undefined ? "" : String(init.statusText);
  if (!REASON.test(reason)) throw new TypeError(`Invalid statusText: ${JSON.stringify(reason)}`);
  if (hasBody && isNullBodyStatus(status)) throw new TypeError(`A Response with status ${status} cannot have a body`);
  const fields = toFields(init.headers);
  if (type !== null && !hasField(fields, "content-type")) fields.push("content-type", type);
  return { status, reason, fields };
}

/** What to do in the place of a `Response` that no `Response` can be; empty where nothing is known. */
export function adviceFor(status: number): string {
  if (status === 101) return "; call context.upgrade() to switch protocols";
  return status === 103 ? "; call context.earlyHints() to send hints" : "";
}

/** For a response whose body cannot be sent any more. */
export function usedBody(): TypeError {
  return new TypeError(
    "The body of the response has been used already; make a new Response for each request, or return a clone()",
  );
}

/** Statuses whose response ends with its head (https://fetch.spec.whatwg.org/#null-body-status). */
export function isNullBodyStatus(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

/** A list of its own from any kind of `HeadersInit`. Throws a TypeError for names and values that cannot be sent. */
export function toFields(init: HeadersInit | undefined): string[] {
  if (init === undefined) return [];
  if (LightHeaders.is(init)) return [...LightHeaders.fieldsOf(init)];
  if (typeof init !== "object" || init === null) {
    throw new TypeError("Headers must be an object, a list of pairs or a Headers object");
  }
  const fields: string[] = [];
  if (isIterable(init)) {
    for (const pair of init) {
      const [name, value, ...rest] = pair;
      if (name === undefined || value === undefined || rest.length > 0) {
        throw new TypeError("A header in a list must be a pair of name and value");
      }
      push(fields, name, value);
    }
  } else {
    for (const [name, value] of Object.entries(init)) push(fields, name, value);
  }
  return fields;
}

function push(fields: string[], name: unknown, value: unknown): void {
  const checked = checkName(name);
  fields.push(checked, normalizeValue(value, checked));
}

function isIterable(value: HeadersInit): value is [string, string][] | Headers {
  return Symbol.iterator in value;
}

/** WebIDL's conversion of a status, with which `200.7` is 200 and `"404"` is 404. */
function toUnsignedShort(value: unknown): number {
  const number = Math.trunc(Number(value)) % 65_536;
  return Number.isNaN(number) ? 0 : number;
}
