/**
 * The careful way: a section that the strict grammar refused is read line by line, and what is permitted is replaced by its strict
 * form. What comes out went through the same grammar as any other, so that nothing but the permissions tells the two ways apart.
 *
 * @module
 */
import { quote, RemoteProtocolError } from "./errors.ts";
import { isBlank, trimBlanks } from "./fields.ts";
import { FIELD_VALUE, HEAD_OF_ANY_METHOD, REQUEST_HEAD, TRAILER_SECTION } from "./grammar.ts";
import type { GrammarPermissions } from "./permissions.ts";
import { fieldLineRefusal, requestLineRefusal } from "./refusal.ts";

const CRLF = "\r\n";
/** HTTP-version without its two digits. */
const VERSION_PREFIX = "HTTP/";

/**
 * The strict form of a complete head, with its empty line, which `REQUEST_HEAD` of grammar.ts refused. Throws the
 * {@link RemoteProtocolError} of the first line that is not permitted either; with no permission at all it always throws.
 */
export function strictHead(head: string, permissions: GrammarPermissions): string {
  const lines = sectionLines(head);
  const text = strictRequestLine(lines[0] ?? "", permissions) + strictFieldLines(lines.slice(1), permissions) + CRLF;
  const grammar = permissions.unconventionalMethod ? HEAD_OF_ANY_METHOD : REQUEST_HEAD;
  return grammar.test(text) ? text : unexplained(head);
}

/** As {@link strictHead}, of a complete trailer section that `TRAILER_SECTION` of grammar.ts refused. */
export function strictTrailers(section: string, permissions: GrammarPermissions): string {
  const text = strictFieldLines(sectionLines(section), permissions) + CRLF;
  return TRAILER_SECTION.test(text) ? text : unexplained(section);
}

function sectionLines(section: string): string[] {
  return section.slice(0, -2 * CRLF.length).split(CRLF);
}

function strictRequestLine(line: string, permissions: GrammarPermissions): string {
  const refusal = requestLineRefusal(line, permissions);
  if (refusal !== null) throw refusal;
  const [method = "", target = "", version = ""] = line.split(" ");
  const casedMethod = permissions.casefoldMethod ? method.toUpperCase() : method;
  // Digits compare like the numbers that they stand for. Later versions are read as the highest that is spoken (RFC 9110 §2.5).
  const minorVersion = version.slice(VERSION_PREFIX.length) < "1.1" ? 0 : 1;
  return `${casedMethod} ${target} HTTP/1.${minorVersion}${CRLF}`;
}

/** Each with its CRLF. A field and the lines folded to it come out as one line (RFC 9112 §5.2). */
function strictFieldLines(lines: readonly string[], permissions: GrammarPermissions): string {
  const fields: string[] = [];
  for (let next = 0; next < lines.length;) {
    const line = lines[next] ?? "";
    next += 1;
    const refusal = fieldLineRefusal(line, permissions);
    if (refusal !== null) throw refusal;
    // A fold is looked for only after a colon: a name cannot be folded.
    const colon = line.indexOf(":");
    const name = trimBlanks(line.slice(0, colon));
    const parts = [trimBlanks(line.slice(colon + 1))];
    for (; permissions.obsoleteFolding && isBlank((lines[next] ?? "").charCodeAt(0)); next += 1) {
      parts.push(foldedPart(lines[next] ?? "", name));
    }
    fields.push(`${name}:${parts.join(" ")}${CRLF}`);
  }
  return fields.join("");
}

/** What a folded line adds to the value. A line of blanks alone is refused: some recipients take it for the end of the section. */
function foldedPart(line: string, name: string): string {
  const part = trimBlanks(line);
  if (part === "") throw new RemoteProtocolError("obsolete_folding", `${quote(line)}, nothing but blanks`);
  if (!FIELD_VALUE.test(part)) throw new RemoteProtocolError("bad_field_value", quote(name));
  return part;
}

/** Not reached as long as the checks of refusal.ts cover the whole grammar, which a test with random heads watches. */
function unexplained(section: string): never {
  throw new RemoteProtocolError("bad_request_line", quote(section));
}
