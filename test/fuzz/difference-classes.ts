/** @module Every class of difference between this server and llhttp, with its reason. What is in no class fails the test. */
import type { Difference } from "./difference.ts";

export interface DifferenceClass {
  /** Kind, and the code that decides: ours where we refuse, llhttp's where it does. */
  readonly key: string;
  readonly title: string;
  /** One sentence, with the section of the RFC or the setting. */
  readonly reason: string;
}

const refusedHere: Readonly<Record<string, readonly [title: string, reason: string]>> = {
  bad_chunk_line: [
    "Chunk-size line",
    "An extension without a value after `=`, a `;` without a name and blanks behind the size are not in the grammar (RFC 9112 §7.1.1).",
  ],
  bad_field_value: ["Field value", "A value is visible characters, blanks and obs-text (RFC 9110 §5.5)."],
  bad_forwarding: ["Forwarding field", "RFC 7239 §4."],
  bad_host: [
    "Host",
    'A Host that is not `uri-host [ ":" port ]` must be answered with 400 (RFC 9112 §3.2), and an empty one belongs to targets without an authority only (RFC 9110 §7.2).',
  ],
  bad_method: [
    "Method",
    "A request begins with its method; only one empty line before it is skipped, no other white space (RFC 9112 §2.2, §3.1).",
  ],
  bad_request_line: [
    "Request line",
    "Three parts with one space between each; HTTP/0.9's line without a version is not spoken (RFC 9112 §3).",
  ],
  bad_target: [
    "Request-target",
    "A target has one of the four forms, which depends on the method: `*` is for OPTIONS, host and port for CONNECT (with a port that is one), an absolute URI needs an authority without userinfo, and a fragment is never sent (RFC 9112 §3.2).",
  ],
  bad_transfer_encoding: [
    "Transfer-Encoding",
    "`chunked` is said once, alone and without parameters (RFC 9112 §7.1); empty list elements, which RFC 9110 §5.6.1.2 would have ignored, have hidden this field from other servers.",
  ],
  bad_version: [
    "Protocol version",
    "The name of the protocol is `HTTP`, in capitals (RFC 9112 §2.3); llhttp takes RTSP and ICE too.",
  ],
  bare_lf: [
    "LF alone",
    "Lines end with CRLF; RFC 9112 §2.2 permits to take LF alone, and whoever does reads other messages than who does not.",
  ],
  chunk_extensions_too_long: ["Chunk extensions in total", "RFC 9112 §7.1.1 asks for a bound on them, and ours is lower."],
  chunk_line_too_long: ["Length of a chunk-size line", "RFC 9112 §7.1.1 asks for a bound on extensions, and ours is lower."],
  content_in_connect: [
    "Content of CONNECT",
    "Content in a CONNECT request has no meaning (RFC 9110 §9.3.6): bytes behind the head would be read as content by some and as the tunnel by others.",
  ],
  duplicate_content_type: [
    "Second Content-Type",
    "Content-Type is one value, not a list (RFC 9110 §8.3), and two would be read differently by whoever takes the first and whoever takes the last.",
  ],
  duplicate_host: ["Second Host", "More than one Host must be answered with 400 (RFC 9112 §3.2)."],
  expectation_failed: [
    "Expect",
    "`100-continue` is the only expectation there is (RFC 9110 §10.1.1); node:http finds it within longer values.",
  ],
  field_line_too_long: [
    "Length of a field line",
    "Setting `limit_request_field_size`, by default 8190 bytes; node:http has one limit of 16 KiB for the whole head (RFC 6585 §5).",
  ],
  forbidden_trailer: [
    "Trailer fields",
    "Fields of framing, routing, authentication and content format must not be trailers (RFC 9110 §6.5.1).",
  ],
  head_too_long: ["Length of a head", "Setting `limit_request_head` (RFC 6585 §5)."],
  http2_preface: ["HTTP/2 preface", "RFC 9113 §3.4."],
  missing_host: ["No Host", "HTTP/1.1 requires one (RFC 9112 §3.2)."],
  not_http: ["First byte", "What cannot begin a token begins no request (RFC 9112 §3.1)."],
  request_line_too_long: ["Length of a request line", "Setting `limit_request_line`, by default 4094 bytes (RFC 9110 §15.5.15)."],
  too_many_fields: [
    "Number of field lines",
    "Setting `limit_request_fields`, by default 100; node:http takes 2000 and drops further ones without a word (RFC 6585 §5).",
  ],
  transfer_encoding_in_http10: ["Transfer-Encoding in HTTP/1.0", "Its framing is to be taken as faulty (RFC 9112 §6.1)."],
  truncated_head: [
    "A lone CR, then the end",
    "A head that began and ended early is answered with 400 (RFC 9112 §8); node:http says nothing to a CR alone.",
  ],
  unsupported_transfer_coding: [
    "Other transfer codings",
    "A coding that is not understood must not be passed on as content (RFC 9112 §6.1, 501); node:http hands compressed bytes to the application.",
  ],
  unsupported_version: [
    "HTTP/2.0 and HTTP/0.9 in HTTP/1 syntax",
    "The major version says that the syntax is another one (RFC 9110 §2.5, §15.6.6); node:http reads them as HTTP/1.",
  ],
};

const refusedThere: Readonly<Record<string, readonly [title: string, reason: string]>> = {
  HPE_INVALID_CHUNK_SIZE: [
    "Blanks in chunk extensions",
    "Blanks around `;` and `=` must be understood, though not sent (BWS, RFC 9112 §7.1.1).",
  ],
  HPE_STRICT: [
    "Blanks in chunk extensions",
    "Blanks around `;` and `=` must be understood, though not sent (BWS, RFC 9112 §7.1.1).",
  ],
  HPE_INVALID_METHOD: [
    "Methods that nobody registered",
    "Any token is a method (RFC 9110 §9.1); llhttp has a list. Which of them exist is the application's affair.",
  ],
  HPE_INVALID_TRANSFER_ENCODING: [
    "HTAB before `chunked`",
    "White space around a value is SP or HTAB (RFC 9110 §5.5); llhttp takes SP only.",
  ],
  HPE_INVALID_URL: [
    "Schemes with `+`, `-`, `.` or digits",
    '`scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )` (RFC 3986 §3.1); llhttp takes letters only.',
  ],
  HPE_INVALID_VERSION: [
    "Method PRI",
    "It is a token like others outside of the HTTP/2 preface (RFC 9113 §3.4 and §11.6); llhttp expects the preface.",
  ],
};

const expectAndMore = [
  "Expect, and something else",
  "Both are wrong, and we say first what comes first: what the head means is judged before its expectation, and its content after that (RFC 9110 §15.5.18).",
] as const;

const otherStatus: Readonly<Record<string, readonly [title: string, reason: string]>> = {
  http2_preface: ["HTTP/2 preface", "505 says what is wrong: this version is not spoken here (RFC 9110 §15.6.6)."],
  chunk_extensions_too_long: [
    "Chunk extensions in total",
    "They are a part of the framing, so that passing their bound is a bad request (RFC 9112 §7.1.1); node:http answers 413.",
  ],
  chunk_line_too_long: [
    "Length of a chunk-size line",
    "It is a part of the framing, so that passing its bound is a bad request (RFC 9112 §7.1.1); node:http answers 413.",
  ],
  request_line_too_long: [
    "Length of a request line",
    "414 as soon as it is too long (RFC 9110 §15.5.15), whatever else would be wrong further on.",
  ],
  field_line_too_long: [
    "Length of a field line",
    "431 as soon as it is too long (RFC 6585 §5), whatever else would be wrong further on.",
  ],
  head_too_long: ["Length of a head", "431 as soon as it is too long (RFC 6585 §5), whatever else would be wrong further on."],
  too_many_fields: [
    "Number of field lines",
    "431 as soon as there are too many (RFC 6585 §5), whatever else would be wrong further on.",
  ],
  expectation_failed: expectAndMore,
  unsupported_transfer_coding: ["Other transfer codings", "501 says what is wrong: the coding is unknown here (RFC 9112 §6.1)."],
  unsupported_version: ["Other versions", "505 says what is wrong: this version is not spoken here (RFC 9110 §15.6.6)."],
};

const HEADINGS: Readonly<Record<Difference["kind"], string>> = {
  refused_here: "refused here, accepted by llhttp",
  refused_there: "accepted here, refused by llhttp",
  other_status: "refused by both, with another status",
  closed_here: "the connection ends here, llhttp reads on",
  closed_there: "the connection goes on here, llhttp's ends",
  other_reading: "accepted by both, read differently",
};

/** Order of the document. */
export const KINDS: readonly Difference["kind"][] = [
  "refused_here",
  "refused_there",
  "other_status",
  "closed_here",
  "closed_there",
  "other_reading",
];

export function headingOf(kind: Difference["kind"]): string {
  return HEADINGS[kind];
}

/** Null: a difference that nobody has explained. */
export function classOf(difference: Difference): DifferenceClass | null {
  const { kind, ours, theirs, message } = difference;
  if (kind === "refused_here" && theirs === "closed" && message?.head.upgrade === true) {
    return {
      key: `${kind} after upgrade`,
      title: "Mistakes behind an upgrade that nobody takes",
      reason:
        "Whoever ignores `Upgrade` goes on with HTTP/1.1 (RFC 9110 §7.8), so that a bad request there is answered like any other; node:http closes without a word.",
    };
  }
  if (kind === "closed_here") {
    return {
      key: kind,
      title: "`close` beside `keep-alive` in HTTP/1.0",
      reason:
        "`close` wins whatever stands beside it, and nothing after that request may be processed (RFC 9112 §9.3, §9.6); for llhttp the last one wins.",
    };
  }
  if (kind === "other_status" && theirs.startsWith("417 ")) {
    return { key: `${kind} expectation_failed`, title: expectAndMore[0], reason: expectAndMore[1] };
  }
  const [table, code] = kind === "refused_here"
    ? [refusedHere, ours.slice(4)]
    : kind === "refused_there"
    ? [refusedThere, theirs.slice(4)]
    : [otherStatus, ours.slice(4)];
  const row = kind === "closed_there" || kind === "other_reading" || !Object.hasOwn(table, code) ? undefined : table[code];
  return row === undefined ? null : { key: `${kind} ${code}`, title: row[0], reason: row[1] };
}
