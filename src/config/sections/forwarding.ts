/** @module Whose fields about the client are believed, and which. */
import type { TArray, TEnum, TRecord, TString, TUnion } from "typebox";
import { DEFAULT_TRUST } from "../../http/trust-settings.ts";
import { declare } from "../declare.ts";
import { checkFieldTable, FIELD_NAME_MAX_CHARS, FIELD_NAME_PATTERN } from "../field-names.ts";
import { checkNetworks, networks, networksInput } from "../networks.ts";
import type { Setting, TypeBuilder } from "../setting.ts";

const NAMES_MAX_COUNT = 100;
const SCHEME_VALUES_MAX_COUNT = 16;
const SCHEME_VALUE_MAX_CHARS = 64;

/** Settings of the section "Proxies" about header fields. */
export interface ForwardingSection {
  /** The peers whose fields about the client are believed, separated by commas; `*` is everybody, none is nobody. */
  readonly forwarded_allow_ips: Setting<TArray<TString>, TUnion<[TString, TArray<TString>]>>;
  /** Which fields of a trusted peer tell about the client. */
  readonly forwarded_source: Setting<TEnum<["auto", "x-forwarded", "forwarded", "none"]>>;
  /** Header fields by which a trusted peer says that the client came by https, and their values for it. */
  readonly secure_scheme_headers: Setting<SchemeTable<TArray<TString>>, SchemeTable<TUnion<[TString, TArray<TString>]>>>;
  /** What to do with header fields whose name contains an underscore. */
  readonly header_map: Setting<TEnum<["drop", "refuse", "dangerous"]>>;
  /** The header fields with an underscore that a trusted peer may send, separated by commas; `*` is all. */
  readonly forwarder_headers: Setting<TArray<TString>, TUnion<[TString, TArray<TString>]>>;
}

/** Values by name. */
type SchemeTable<Value extends TString | TArray<TString> | TUnion<[TString, TArray<TString>]>> = TRecord<"^.*$", Value>;

/** Visible ASCII without the comma, which separates the values that proxies of a chain add. */
function schemeValue(type: TypeBuilder): TString {
  return type.String({
    minLength: 1,
    maxLength: SCHEME_VALUE_MAX_CHARS,
    pattern: "^[!-+\\--~]+$",
    description: "visible ASCII characters without a comma",
  });
}

function schemeValues(type: TypeBuilder): TArray<TString> {
  return type.Array(schemeValue(type), { minItems: 1, maxItems: SCHEME_VALUES_MAX_COUNT });
}

function schemeTable<Value extends TArray<TString> | TUnion<[TString, TArray<TString>]>>(
  type: TypeBuilder,
  value: Value,
): SchemeTable<Value> {
  return type.Record(type.String({ pattern: FIELD_NAME_PATTERN }), value, {
    additionalProperties: false,
    maxProperties: NAMES_MAX_COUNT,
    description: "an object of field names, each with a value or a list of values",
  });
}

function fieldNames(type: TypeBuilder): TArray<TString> {
  return type.Array(
    type.String({ minLength: 1, maxLength: FIELD_NAME_MAX_CHARS, pattern: FIELD_NAME_PATTERN, description: "a field name" }),
    { maxItems: NAMES_MAX_COUNT, description: 'a list of field names or "*"' },
  );
}

/** The declarations. */
export const forwarding: ForwardingSection = {
  forwarded_allow_ips: declare({
    section: "Proxies",
    kind: "csv",
    schema: networks,
    input: networksInput,
    default: DEFAULT_TRUST.forwardedAllowIps,
    flags: ["--forwarded-allow-ips"],
    shared: { name: "FORWARDED_ALLOW_IPS", toText: (list) => list },
    metavar: "ADDRESSES",
    words: { none: [] },
    check: checkNetworks,
    description: "The peers whose fields about the client are believed, separated by commas; `*` is everybody, none is nobody.",
    details: [
      "IPv4 and IPv6 addresses, networks such as `10.0.0.0/8`, and `*`. Peers of unix sockets are always believed. An empty list, or the word `none`, is nobody else.",
      "",
      "For a trusted peer, the scheme and the host of `request.url` and the client's address, in the application and in the access log, are what its fields say: " +
      "`X-Forwarded-For`, `-Proto`, `-Host` and `-Port`, or `Forwarded` (RFC 7239), see `forwarded_source` and `secure_scheme_headers`. The fields of anybody else change nothing; the application can read them like all others.",
      "",
      "- `X-Forwarded-For` is read from right to left, as each proxy adds the address it got the request from. Addresses of this setting are passed over, and the first one that is not among them is the client. When all are, " +
      "the leftmost is. So every proxy of a chain must be listed, and what a client itself wrote on the left is never reached. `for` of `Forwarded` is read in the same way.",
      "- Fields that contradict each other are answered with 400: two that name the scheme, or `X-Forwarded-*` and `Forwarded` that say different things. A proxy that sets one family and passes the client's own fields of the other on causes that; set `forwarded_source` then.",
      "",
      "`*` lets every client choose its own address and scheme: use it only where nobody but the proxy can connect.",
    ].join("\n"),
    example: ["10.0.0.0/8", "fd00::/8"],
    since: "0.1.0",
    difference:
      "The client's address and the host follow the fields too, `Forwarded` is understood, and an IPv4 client of an IPv6 socket matches IPv4 entries. An empty variable counts as none: write `none` for nobody.",
  }),
  forwarded_source: declare({
    section: "Proxies",
    kind: "text",
    schema: (type) => type.Enum(["auto", "x-forwarded", "forwarded", "none"]),
    default: DEFAULT_TRUST.forwardedSource,
    flags: ["--forwarded-source"],
    metavar: "SOURCE",
    description: "Which fields of a trusted peer tell about the client.",
    details: [
      "Trusted peers are those of `forwarded_allow_ips`.",
      "",
      "- `auto`: whichever are there; where both families are and differ, the answer is 400",
      "- `x-forwarded`: `X-Forwarded-*` and `secure_scheme_headers` only; `Forwarded` changes nothing",
      "- `forwarded`: `Forwarded` (RFC 7239) only; the others change nothing",
      "- `none`: no field changes anything, `secure_scheme_headers` neither",
      "",
      "Choose the family that the proxy sets: a proxy that sets one passes the client's own fields of the other on.",
    ].join("\n"),
    example: "x-forwarded",
    since: "0.1.0",
    difference: "Gunicorn has no such setting; it knows `secure_scheme_headers` only.",
  }),
  secure_scheme_headers: declare({
    section: "Proxies",
    kind: "table",
    schema: (type) => schemeTable(type, schemeValues(type)),
    input: (type) => schemeTable(type, type.Union([schemeValue(type), schemeValues(type)])),
    default: DEFAULT_TRUST.secureSchemeHeaders,
    places: "file",
    flags: [],
    check: checkFieldTable,
    description: "Header fields by which a trusted peer says that the client came by https, and their values for it.",
    details:
      "A value, or a list of them, by field name. Names and values are compared without regard to case. A field of the table with another value means http, and two fields that disagree are answered with 400. " +
      "It holds for the peers of `forwarded_allow_ips`, and replaces the whole default table; with `{}` no such field counts. A field that the proxy does not set itself must not be in the table: the client's own one would be believed.",
    example: { "X-Forwarded-Proto": "https" },
    since: "0.1.0",
    difference: "A field may have several values, and case does not count.",
  }),
  header_map: declare({
    section: "Proxies",
    kind: "text",
    schema: (type) => type.Enum(["drop", "refuse", "dangerous"]),
    default: DEFAULT_TRUST.headerMap,
    flags: ["--header-map"],
    metavar: "MODE",
    // Gunicorn takes them in any case.
    words: { drop: "drop", refuse: "refuse", dangerous: "dangerous" },
    description: "What to do with header fields whose name contains an underscore.",
    details: [
      "Programs that keep fields as CGI variables cannot tell `X_User` from `X-User`, so a client may set by the one what a proxy guards as the other.",
      "",
      "Trailer fields are treated alike.",
      "",
      "- `drop`: the application does not get them",
      "- `refuse`: the request is answered with 400",
      "- `dangerous`: the application gets them. What it costs: fields of a proxy can be forged wherever something behind makes variables of them",
      "",
      "`forwarder_headers` of trusted peers are passed on in every mode.",
    ].join("\n"),
    example: "refuse",
    since: "0.1.0",
    difference: "Dropped fields count for `limit_request_fields`.",
  }),
  forwarder_headers: declare({
    section: "Proxies",
    kind: "csv",
    schema: fieldNames,
    input: (type) => type.Union([type.String(), fieldNames(type)]),
    default: DEFAULT_TRUST.forwarderHeaders,
    flags: ["--forwarder-headers"],
    metavar: "NAMES",
    words: { none: [] },
    description: "The header fields with an underscore that a trusted peer may send, separated by commas; `*` is all.",
    details:
      "They are passed on to the application in any case of their names, whatever `header_map` says, when they come from a peer of `forwarded_allow_ips`. Names without an underscore are always passed on and need not be here. " +
      "An empty list, or the word `none`, is none. The proxy must set or remove every field that is listed, or its clients can set it.",
    example: ["SCRIPT_NAME", "REMOTE_USER"],
    since: "0.1.0",
    difference: "They are fields as all others; gunicorn takes `SCRIPT_NAME` for the place where the application is mounted.",
  }),
};
