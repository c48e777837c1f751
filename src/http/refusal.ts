/** @module Says what is wrong with a line of a head or trailer section. Runs only where the grammar at one blow did not match. */
import { quote, RemoteProtocolError } from "./errors.ts";
import { trimBlanks } from "./fields.ts";
import { FIELD_VALUE, METHOD, TARGET, TOKEN, VERSION } from "./grammar.ts";
import type { GrammarPermissions } from "./permissions.ts";

const BLANK_BEFORE_COLON = /^[^:]*[\t ]:/;

/** The first thing that is wrong with a request line, without its CRLF; null where all of it is right or permitted. */
export function requestLineRefusal(line: string, permissions: GrammarPermissions): RemoteProtocolError | null {
  const [method = "", target = "", version = "", ...more] = line.split(" ");
  if (version === "" || more.length > 0) return new RemoteProtocolError("bad_request_line", quote(line));
  const methodRule = permissions.unconventionalMethod ? TOKEN : METHOD;
  if (!methodRule.test(method)) return new RemoteProtocolError("bad_method", quote(method));
  if (!TARGET.test(target)) return new RemoteProtocolError("bad_target", quote(target));
  if (!VERSION.test(version)) return new RemoteProtocolError("bad_version", quote(version));
  const isSpoken = permissions.unconventionalVersion || version === "HTTP/1.0" || version === "HTTP/1.1";
  return isSpoken ? null : new RemoteProtocolError("unsupported_version", quote(version));
}

/** The first thing that is wrong with a field line, without its CRLF and without lines folded to it; null where nothing is. */
export function fieldLineRefusal(line: string, permissions: GrammarPermissions): RemoteProtocolError | null {
  if (line.startsWith(" ") || line.startsWith("\t")) return new RemoteProtocolError("obsolete_folding", quote(line));
  const colon = line.indexOf(":");
  if (colon === -1) return new RemoteProtocolError("missing_colon", quote(line));
  const hasBlank = BLANK_BEFORE_COLON.test(line);
  if (hasBlank && !permissions.headerSpaces) return new RemoteProtocolError("space_before_colon", quote(line));
  const name = hasBlank ? trimBlanks(line.slice(0, colon)) : line.slice(0, colon);
  if (!TOKEN.test(name)) return new RemoteProtocolError("bad_field_name", quote(name));
  if (!FIELD_VALUE.test(line.slice(colon + 1))) return new RemoteProtocolError("bad_field_value", quote(name));
  return null;
}
