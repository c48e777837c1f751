/** @module Who asked, by HTTP Basic authentication. */
import { escapeField } from "./escape.ts";

/** The user name (RFC 7617) of an Authorization field, for a line whose parts are separated by spaces; `-` where there is none. */
export function basicUser(authorization: string | null): string {
  const user = basicUserName(authorization);
  return user === "" ? "-" : escapeField(user).replaceAll(" ", "\\x20");
}

/** The same as it was sent; empty where there is none. */
export function basicUserName(authorization: string | null): string {
  if (authorization === null || !/^basic /i.test(authorization)) return "";
  try {
    return atob(authorization.slice(6).trim()).split(":", 1)[0] ?? "";
  } catch {
    return "";
  }
}
