/**
 * Setting `access_log_format`: gunicorn's `%(name)s` templates, read once and turned into functions.
 *
 * @module
 */
import { type Atom, ATOMS, type AtomSource, environVariable, requestField, responseField } from "./access-atoms.ts";
import { type AccessFormat, COMBINED } from "./access.ts";
import { jsonFormat } from "./access-json.ts";
import { escapeField, escapeJson } from "./escape.ts";

/** Gunicorn's default, which Apache and nginx call combined. */
export const DEFAULT_ACCESS_FORMAT = '%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"';
/** Apache's Common Log Format. */
export const COMMON_ACCESS_FORMAT = '%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s';

/** Words that stand for a whole format. */
export const ACCESS_FORMAT_WORDS = ["combined", "common", "json"] as const;

/** A template that cannot be used. Gunicorn finds out at the first request. */
export class AccessFormatError extends Error {
  override readonly name: string = "AccessFormatError";
  /** What stands between the brackets, where the name is the mistake; null for anything else. */
  readonly unknownName: string | null;

  constructor(message: string, unknownName: string | null = null) {
    super(message);
    this.unknownName = unknownName;
  }
}

/** Turns a source into a part of the line. */
type Part = (source: AtomSource) => string;

interface Escaping {
  readonly escape: (text: string) => string;
  /** How a space is written where it would end a value. */
  readonly space: string;
}

const PLAIN: Escaping = { escape: escapeField, space: "\\x20" };
/** In a JSON string a backslash before any other letter is an error. */
const JSON_STRING: Escaping = { escape: escapeJson, space: " " };

/** A directive: `%%`, or `%(name)s` with any other letter for the message. */
const DIRECTIVE = /%(?:\(([^)]*)\)([-0-9.]*)([A-Za-z]?)|(%)|)/g;
const NAMED = /^\{([^{}]+)\}([A-Za-z])$/;
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/;

/**
 * Reads a template, or one of {@link ACCESS_FORMAT_WORDS}. Where it begins with `{` it is taken for a JSON object, and values are escaped so that
 * they cannot end a string of it; everywhere else, so that they cannot end a quoted one. Throws an {@link AccessFormatError}.
 */
export function compileAccessFormat(template: string, pid: number): AccessFormat {
  if (template === DEFAULT_ACCESS_FORMAT || template === "combined") return COMBINED;
  if (template === "json") return jsonFormat(pid);
  const text = template === "common" ? COMMON_ACCESS_FORMAT : template;
  if (CONTROL.test(text)) {
    throw new AccessFormatError("must not contain line breaks or other control characters");
  }
  const escaping = text.startsWith("{") ? JSON_STRING : PLAIN;
  const parts: (string | Part)[] = [];
  let wantsDetail = false;
  let end = 0;
  for (const match of text.matchAll(DIRECTIVE)) {
    parts.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    if (match[4] === "%") {
      parts.push("%");
      continue;
    }
    const atom = readDirective(match[0], match[1], match[2] ?? "", match[3] ?? "");
    wantsDetail ||= atom.wantsDetail === true;
    parts.push(partOf(atom, escaping));
  }
  parts.push(text.slice(end));
  const steps = parts.filter((part) => part !== "");
  return {
    wantsDetail,
    line(entry, epochMs) {
      const source = { entry, epochMs, pid };
      let line = "";
      for (const step of steps) line += typeof step === "string" ? step : step(source);
      return `${line}\n`;
    },
  };
}

function readDirective(written: string, name: string | undefined, width: string, conversion: string): Atom {
  if (name === undefined) {
    throw new AccessFormatError(`has a "%" that begins nothing; write "%(name)s" for a value and "%%" for a percent sign`);
  }
  const atom = findAtom(name);
  if (atom === null) throw new AccessFormatError(`has the unknown atom "${written}"`, name);
  const isRight = width === "" && (conversion === "s" || (conversion === "d" && atom.isNumber === true));
  if (!isRight) throw new AccessFormatError(`has "${written}", which should be "%(${name})s"`);
  return atom;
}

function findAtom(name: string): Atom | null {
  const named = NAMED.exec(name);
  if (named === null) return Object.hasOwn(ATOMS, name) ? ATOMS[name] ?? null : null;
  const [, inner = "", kind] = named;
  if (kind === "i") return requestField(inner);
  if (kind === "o") return responseField(inner);
  return kind === "e" ? environVariable(inner) : null;
}

function partOf({ read, isWord }: Atom, { escape, space }: Escaping): Part {
  return (source) => {
    const value = read(source);
    if (typeof value === "number") return String(value);
    if (value === null || value === "") return "-";
    const escaped = escape(value);
    return isWord === true ? escaped.replaceAll(" ", space) : escaped;
  };
}
