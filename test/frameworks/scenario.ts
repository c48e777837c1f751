/**
 * A scenario: requests as data, and how the framework is known to answer them.
 *
 * @module
 */
import type { RuntimeName } from "../../src/runtime/port.ts";
import type { Answer, Sent } from "./wire.ts";

/** A request, or one that follows from the answers before it. */
export type Step = Sent | ((before: readonly Answer[]) => Sent);

export interface Scenario {
  readonly name: string;
  /** On one connection, each after the answer to the one before. */
  readonly steps: readonly Step[];
  /** All at once. */
  readonly isPipelined?: boolean;
  /** Each on a connection of its own. */
  readonly isApart?: boolean;
  /** Of the answers, in order: what the scenario means, so that two servers that are wrong together are noticed. */
  readonly status: readonly number[];
  /** Something that the answers' text (fields and body of all) has. */
  readonly shows?: RegExp;
  /** What is random: replaced by its number in both answers before they are compared. */
  readonly random?: readonly RegExp[];
}

/** A way in which we and usual servers differ, with a reason. It is checked that it still shows. */
export interface Difference {
  readonly frameworks: readonly string[];
  readonly runtimes: readonly RuntimeName[];
  /** By name: each must show it. Without: any may, and one must. */
  readonly scenarios?: readonly string[];
  /** The lines of `differencesOf` that it explains. */
  readonly lines: readonly RegExp[];
  readonly reason: string;
}

/** A GET. */
export function get(path: string, fields: Readonly<Record<string, string>> = {}): Sent {
  return { path, fields: Object.entries(fields) };
}

/** A request with a body. */
export function send(
  method: string,
  path: string,
  body: string | Uint8Array,
  fields: Readonly<Record<string, string>> = {},
): Sent {
  return { method, path, body, fields: Object.entries(fields) };
}

/** A request without one. */
export function ask(method: string, path: string, fields: Readonly<Record<string, string>> = {}): Sent {
  return { method, path, fields: Object.entries(fields) };
}

/** POST of JSON. */
export function postJson(path: string, value: unknown): Sent {
  return send("POST", path, JSON.stringify(value), { "Content-Type": "application/json" });
}

/** A value of the last answer. */
export function fieldOfLast(before: readonly Answer[], name: string): string {
  const value = before.at(-1)?.fields.find(([one]) => one === name)?.[1];
  if (value === undefined) throw new Error(`The answer before has no ${name}`);
  return value;
}
