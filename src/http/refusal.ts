/** @module Says what is wrong with a head or trailer section that does not match the grammar. Runs only when one is refused. */
import { quote, RemoteProtocolError } from "./errors.ts";
import { FIELD_VALUE, METHOD, TARGET, TOKEN, VERSION } from "./grammar.ts";

const CRLF = "\r\n";
const BLANK_BEFORE_COLON = /^[^:]*[\t ]:/;

/** The error of a complete head (with its empty line) that `REQUEST_HEAD` of grammar.ts refused: the first one by position. */
export function headRefusal(head: string): RemoteProtocolError {
  const lines = sectionLines(head);
  return requestLineRefusal(lines[0] ?? "") ?? firstFieldRefusal(lines.slice(1)) ?? unexplained(head);
}

/** The error of a complete trailer section (with its empty line) that `TRAILER_SECTION` of grammar.ts refused. */
export function trailerRefusal(section: string): RemoteProtocolError {
  return firstFieldRefusal(sectionLines(section)) ?? unexplained(section);
}

function sectionLines(section: string): string[] {
  return section.slice(0, -2 * CRLF.length).split(CRLF);
}

function requestLineRefusal(line: string): RemoteProtocolError | null {
  const [method = "", target = "", version = "", ...more] = line.split(" ");
  if (version === "" || more.length > 0) return new RemoteProtocolError("bad_request_line", quote(line));
  if (!METHOD.test(method)) return new RemoteProtocolError("bad_method", quote(method));
  if (!TARGET.test(target)) return new RemoteProtocolError("bad_target", quote(target));
  if (!VERSION.test(version)) return new RemoteProtocolError("bad_version", quote(version));
  if (version !== "HTTP/1.0" && version !== "HTTP/1.1") return new RemoteProtocolError("unsupported_version", quote(version));
  return null;
}

function firstFieldRefusal(lines: readonly string[]): RemoteProtocolError | null {
  for (const line of lines) {
    const refusal = fieldRefusal(line);
    if (refusal !== null) return refusal;
  }
  return null;
}

function fieldRefusal(line: string): RemoteProtocolError | null {
  if (line.startsWith(" ") || line.startsWith("\t")) return new RemoteProtocolError("obsolete_folding", quote(line));
  const colon = line.indexOf(":");
  if (colon === -1) return new RemoteProtocolError("missing_colon", quote(line));
  if (BLANK_BEFORE_COLON.test(line)) return new RemoteProtocolError("space_before_colon", quote(line));
  const name = line.slice(0, colon);
  if (!TOKEN.test(name)) return new RemoteProtocolError("bad_field_name", quote(name));
  if (!FIELD_VALUE.test(line.slice(colon + 1))) return new RemoteProtocolError("bad_field_value", quote(name));
  return null;
}

/** Not reached as long as the checks above cover the whole grammar, which a test with random heads watches. */
function unexplained(section: string): RemoteProtocolError {
  return new RemoteProtocolError("bad_request_line", quote(section));
}
