/** @module The four forms of a request-target (RFC 9112 §3.2). */
import { isAuthority, isHostAndPort } from "./authority.ts";
import { quote, RemoteProtocolError } from "./errors.ts";
import type { TargetForm } from "./events.ts";
import { ABSOLUTE_FORM } from "./grammar.ts";

/**
 * The form of a target that consists of allowed characters. Which forms exist depends on the method (RFC 9112 §3.2.3 and §3.2.4).
 * Throws a {@link RemoteProtocolError} (`bad_target`).
 */
export function targetForm(method: string, target: string): TargetForm {
  if (method === "CONNECT") {
    if (isHostAndPort(target)) return "authority";
  } else if (target.charCodeAt(0) === 0x2f) {
    return "origin";
  } else if (target === "*") {
    if (method === "OPTIONS") return "asterisk";
  } else if (isAuthority(absoluteAuthority(target))) {
    return "absolute";
  }
  throw new RemoteProtocolError("bad_target", `${quote(target)} of method ${quote(method)}`);
}

/** The authority that the target itself names, which wins over the Host field (RFC 9112 §3.2.2); null where it names none. */
export function targetAuthority(form: TargetForm, target: string): string | null {
  if (form === "absolute") return absoluteAuthority(target);
  return form === "authority" ? target : null;
}

/** Empty where the target is no absolute-form: an empty authority is refused like a missing one. */
function absoluteAuthority(target: string): string {
  return ABSOLUTE_FORM.exec(target)?.[1] ?? "";
}
