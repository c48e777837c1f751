/**
 * What a well-formed head means: target form, Host, framing, persistence, expectation. The grammar was checked before; here are the
 * rules that tie fields together.
 *
 * @module
 */
import { isAuthority } from "./authority.ts";
import { quote, RemoteProtocolError } from "./errors.ts";
import type { RequestHead, TargetForm } from "./events.ts";
import { hasToken } from "./fields.ts";
import { decideRequestFraming } from "./framing.ts";
import { targetAuthority, targetForm } from "./target.ts";

/** From the end of the target: ` HTTP/1.` */
const VERSION_DIGIT_OFFSET = 8;

/**
 * Interprets the head at the beginning of `text`, which matches `REQUEST_HEAD` of grammar.ts or `HEAD_OF_ANY_METHOD`; `fields` was
 * cut from it. Throws a {@link RemoteProtocolError} (target, Host, framing, expectation).
 */
export function interpretHead(text: string, fields: readonly string[]): RequestHead {
  const methodEnd = text.indexOf(" ");
  const targetEnd = text.indexOf(" ", methodEnd + 1);
  const method = text.slice(0, methodEnd);
  const target = text.slice(methodEnd + 1, targetEnd);
  const minorVersion = text.charCodeAt(targetEnd + VERSION_DIGIT_OFFSET) === 0x31 ? 1 : 0;
  const form = targetForm(method, target);
  const notes = noteFields(fields);
  const { contentLength, transferEncoding } = notes;
  const authority = decideAuthority(form, target, minorVersion, notes.host);
  const framing = decideRequestFraming({ method, minorVersion, contentLength, transferEncoding });
  if (notes.expect !== null && notes.expect.toLowerCase() !== "100-continue") {
    throw new RemoteProtocolError("expectation_failed", quote(notes.expect));
  }
  return {
    method,
    target,
    form,
    minorVersion,
    fields,
    authority,
    framing,
    keepAlive: decideKeepAlive(notes.connection, minorVersion),
    // HTTP/1.0 knows neither: both must be ignored there (RFC 9110 §10.1.1 and §7.8).
    expectContinue: notes.expect !== null && minorVersion === 1 && framing.kind !== "none",
    upgrade: form === "authority" || (notes.hasUpgrade && minorVersion === 1 && hasToken(notes.connection, "upgrade")),
  };
}

/** The fields that the server itself acts on. Null: absent. */
interface FieldNotes {
  host: string | null;
  contentLength: string | null;
  /** All values joined by a comma, as RFC 9110 §5.3 has it; so are the next two. */
  transferEncoding: string | null;
  /** Empty where there is none. */
  connection: string;
  expect: string | null;
  hasUpgrade: boolean;
}

/** Throws a {@link RemoteProtocolError} for a second Host, Content-Length or Content-Type, equal or not. */
function noteFields(fields: readonly string[]): FieldNotes {
  const notes: FieldNotes = {
    host: null,
    contentLength: null,
    transferEncoding: null,
    connection: "",
    expect: null,
    hasUpgrade: false,
  };
  let hasContentType = false;
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] ?? "";
    // Length and first letter first: no other name is worth a call. 0x20 makes a letter lower case.
    const letter = name.charCodeAt(0) | 0x20;
    switch (name.length) {
      case 4:
        if (letter === 0x68 && name.toLowerCase() === "host") {
          const value = fields[i + 1] ?? "";
          if (notes.host !== null) throw new RemoteProtocolError("duplicate_host", quote(value));
          notes.host = value;
        }
        break;
      case 6:
        if (letter === 0x65 && name.toLowerCase() === "expect") notes.expect = joined(notes.expect, fields[i + 1] ?? "");
        break;
      case 7:
        if (letter === 0x75 && name.toLowerCase() === "upgrade") notes.hasUpgrade = true;
        break;
      case 10:
        if (letter === 0x63 && name.toLowerCase() === "connection") {
          notes.connection = joined(notes.connection || null, fields[i + 1] ?? "");
        }
        break;
      case 12:
        // Which of two would count is anybody's guess, and a filter in front may guess another one (RFC 9110 §8.3).
        if (letter === 0x63 && name.toLowerCase() === "content-type") {
          if (hasContentType) throw new RemoteProtocolError("duplicate_content_type", quote(fields[i + 1] ?? ""));
          hasContentType = true;
        }
        break;
      case 14:
        if (letter === 0x63 && name.toLowerCase() === "content-length") {
          const value = fields[i + 1] ?? "";
          if (notes.contentLength !== null) throw new RemoteProtocolError("duplicate_content_length", quote(value));
          notes.contentLength = value;
        }
        break;
      case 17:
        if (letter === 0x74 && name.toLowerCase() === "transfer-encoding") {
          notes.transferEncoding = joined(notes.transferEncoding, fields[i + 1] ?? "");
        }
        break;
    }
  }
  return notes;
}

function joined(before: string | null, value: string): string {
  return before === null ? value : `${before}, ${value}`;
}

/** RFC 9112 §3.2 and §3.2.2. An empty Host is right only where the target URI has no authority. */
function decideAuthority(form: TargetForm, target: string, minorVersion: 0 | 1, host: string | null): string {
  if (host === null) {
    if (minorVersion === 1) throw new RemoteProtocolError("missing_host");
  } else if (host === "" ? form === "absolute" || form === "authority" : !isAuthority(host)) {
    throw new RemoteProtocolError("bad_host", quote(host));
  }
  return targetAuthority(form, target) ?? host ?? "";
}

/** RFC 9112 §9.3; `close` wins over `keep-alive`. All Connection fields count. */
function decideKeepAlive(connection: string, minorVersion: 0 | 1): boolean {
  if (connection === "") return minorVersion === 1;
  if (hasToken(connection, "close")) return false;
  return minorVersion === 1 || hasToken(connection, "keep-alive");
}
