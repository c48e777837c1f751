/** @module The request-target as SCRIPT_NAME, PATH_INFO and QUERY_STRING (PEP 3333, RFC 3875 §4.1). */
import { quote } from "../../http/errors.ts";
import type { RequestHead } from "../../http/events.ts";

const ABSOLUTE_START = /^[^:/?]+:\/\/[^/?]*/;
const ENCODED_BYTE = /%([0-9A-Fa-f]{2})/g;

export interface RequestPath {
  /** Percent-encoded as received. */
  readonly path: string;
  readonly query: string;
}

/**
 * | form of the target | path |
 * |---|---|
 * | origin, `/p?q` | `/p` |
 * | absolute, `http://h/p?q` | `/p`, `/` where it has none |
 * | asterisk, `*` | `*` |
 * | authority, `h:443` (CONNECT) | empty |
 */
export function splitTarget({ form, target }: Pick<RequestHead, "form" | "target">): RequestPath {
  if (form === "authority") return { path: "", query: "" };
  const rest = form === "absolute" ? target.replace(ABSOLUTE_START, "") : target;
  const queryAt = rest.indexOf("?");
  const path = queryAt < 0 ? rest : rest.slice(0, queryAt);
  return { path: path === "" ? "/" : path, query: queryAt < 0 ? "" : rest.slice(queryAt + 1) };
}

/**
 * The path behind the place where the application is mounted. Throws an Error where the path is not below it; unlike gunicorn also for
 * `/application` below `/app`.
 */
export function pathBelow(path: string, scriptName: string): string {
  if (scriptName === "") return path;
  const rest = path.slice(scriptName.length);
  if (path.startsWith(scriptName) && (rest === "" || rest.startsWith("/"))) return rest;
  throw new Error(`Request path ${quote(path)} does not start with SCRIPT_NAME ${quote(scriptName)}`);
}

/** Each byte as one character; `+` stays, `%2F` becomes `/`, and what is no encoded byte stays as it is. */
export function percentDecode(path: string): string {
  if (!path.includes("%")) return path;
  return path.replace(ENCODED_BYTE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Without slashes at its end: the path below begins with one. */
export function trimMount(scriptName: string): string {
  return scriptName.endsWith("/") ? scriptName.replace(/\/+$/, "") : scriptName;
}
