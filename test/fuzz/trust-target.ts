/** @module The trust rules: who is not trusted changes nothing, and who is trusted cannot be made a liar by their client. */
import { Buffer } from "node:buffer";
import { isIP } from "node:net";
import { isAuthority } from "../../src/http/authority.ts";
import { RemoteProtocolError } from "../../src/http/errors.ts";
import type { RequestHead } from "../../src/http/events.ts";
import { RequestParser } from "../../src/http/parser.ts";
import { STRICT } from "../../src/http/permissions.ts";
import { type Judgement, type TrustPeer, TrustRules } from "../../src/http/trust-rules.ts";
import { DEFAULT_TRUST, type RequestOrigin, type TrustSettings } from "../../src/http/trust-settings.ts";
import { Random } from "../simulation/random.ts";
import { FIXTURE_LIMITS } from "../support/fixtures.ts";
import { ensure, ensureSame, type FuzzInput, type FuzzTarget } from "./target.ts";
import { escapeWire } from "./wire-case.ts";

const CODES = ["refused_field_name", "contradictory_forwarding", "bad_forwarding"];
const ADDRESSES = [
  "192.0.2.1",
  "10.1.2.3",
  "127.0.0.1",
  "::1",
  "2001:db8::1",
  "[::1]:80",
  "192.0.2.9:81",
  "unknown",
  "_x",
  "",
  "::ffff:10.0.0.1",
];
const NODES = [
  "192.0.2.1",
  '"[2001:db8::1]:80"',
  "unknown",
  "_hidden",
  '"192.0.2.1:81"',
  '"_x:_y"',
  "10.1.2.3",
  "127.0.0.1",
  "::1",
];
const HOSTS = ["a", "b:80", "h:443", "[::1]:8", "a/b", "", "u@h"];
const SCHEMES = ["http", "https", "HTTPS", "on", "ssl", "off", "ftp", "https, http", ""];
const TRUSTED = ["127.0.0.1", "10.0.0.0/8", "::1"];

export const trustTarget: FuzzTarget = {
  name: "trust",
  seeds: [],
  splinters: [
    ",",
    ";",
    '"',
    "\\",
    " ",
    "=",
    ":",
    "[",
    "]",
    "for=",
    "proto=https",
    "host=a",
    "_",
    "%",
    ...ADDRESSES,
    ...NODES,
    ...SCHEMES,
  ].filter((text) => text !== ""),
  generate(random: Random): string {
    const lines = Array.from({ length: random.between(1, 5) }, () => generateField(random));
    return `GET ${random.pick(["/", "http://t:81/"])} HTTP/1.1\r\nHost: ${random.pick(["a", "a:80", "a:443"])}\r\n${
      lines.join("\r\n")
    }\r\n\r\n`;
  },
  run({ text, choices }: FuzzInput): string[] {
    const head = headOf(text);
    if (head === null) return [];
    const random = new Random(choices);
    const settings = drawSettings(random);
    const peer = drawPeer(random);
    const rules = new TrustRules(settings);
    const outcome = judge(rules, head, peer);
    ensureSame(judge(rules, head, peer), outcome, "the same head and peer are judged the same again");
    const isTrusted = isTrustedPeer(settings, peer);
    if (typeof outcome !== "string" && outcome !== null) {
      keepsTheRest(head, outcome, settings, isTrusted);
      hasSoundOrigin(outcome.origin);
      if (!isTrusted || settings.forwardedSource === "none") {
        ensureSame(outcome.origin, ownOrigin(head, peer), "who is not trusted changes no origin");
      }
      staysWhenTheClientAddsFields(text, outcome, rules, peer, settings);
    }
    const shape = typeof outcome === "string" ? outcome : outcome === null ? "plain" : changesOf(outcome, head, peer);
    return [`${isTrusted} ${settings.forwardedSource} ${settings.headerMap} ${shape} ${head.fields.length}`];
  },
  describe({ text, choices }: FuzzInput): string {
    const random = new Random(choices);
    return `settings ${JSON.stringify(drawSettings(random))}\npeer ${JSON.stringify(drawPeer(random))}\n${escapeWire(text)}`;
  },
};

function generateField(random: Random): string {
  const list = (items: readonly string[]): string =>
    Array.from({ length: random.between(1, 3) }, () => random.pick(items)).join(random.pick([",", ", "]));
  switch (random.between(0, 7)) {
    case 0:
    case 1:
      return `X-Forwarded-For: ${list(ADDRESSES)}`;
    case 2:
      return `X-Forwarded-Proto: ${random.pick(SCHEMES)}`;
    case 3:
      return `X-Forwarded-Host: ${list(HOSTS)}`;
    case 4:
      return `X-Forwarded-${
        random.pick(["Port: 443", "Port: 80", "Port: 0", "Port: 99999", "Ssl: on", "Ssl: off", "Protocol: ssl", "Port: 8080, 1"])
      }`;
    case 5:
      return `${random.pick(["X_Under", "SCRIPT_NAME", "PATH_INFO", "X_FORWARDED_FOR", "Content_Length", "_"])}: ${
        random.pick(["/x", "1", ""])
      }`;
    default:
      return `Forwarded: ${Array.from({ length: random.between(1, 2) }, () => generateElement(random)).join(", ")}`;
  }
}

function generateElement(random: Random): string {
  const pairs = [
    `for=${random.pick(NODES)}`,
    `proto=${random.pick(["http", "https", '"https"', "x y"])}`,
    `host=${random.pick(["a", '"b:80"', '"a/b"'])}`,
    'by="_p"',
  ];
  return pairs.filter(() => random.chance(0.6)).join(";");
}

function drawSettings(random: Random): TrustSettings {
  return {
    ...DEFAULT_TRUST,
    forwardedAllowIps: random.pick([TRUSTED, ["*"], []]),
    forwardedSource: random.pick(["auto", "auto", "x-forwarded", "forwarded", "none"]),
    headerMap: random.pick(["drop", "refuse", "dangerous"]),
    forwarderHeaders: random.pick([["SCRIPT_NAME", "path_info"], ["*"], []]),
  };
}

function drawPeer(random: Random): TrustPeer {
  const remoteAddress = random.pick(["127.0.0.1", "10.200.0.1", "192.0.2.200", "::1", "2001:db8::200", ""]);
  return { remoteAddress, remotePort: remoteAddress === "" ? 0 : random.between(1, 65_535), secure: random.chance(0.3) };
}

function isTrustedPeer({ forwardedAllowIps }: TrustSettings, { remoteAddress }: TrustPeer): boolean {
  return remoteAddress === "" || forwardedAllowIps.includes("*") ||
    (forwardedAllowIps.length > 0 && ["127.0.0.1", "10.200.0.1", "::1"].includes(remoteAddress));
}

function headOf(text: string): RequestHead | null {
  const parser = new RequestParser(
    FIXTURE_LIMITS,
    STRICT,
    (bytes, start, end) => Buffer.from(bytes.subarray(start, end)).toString("latin1"),
  );
  parser.receive(new Uint8Array(Buffer.from(text, "latin1")));
  try {
    const event = parser.nextEvent();
    return event.type === "request" ? event.head : null;
  } catch {
    return null;
  }
}

/** The judgement, or the code of the refusal. The origin is copied: it may be made when it is first looked at. */
function judge(rules: TrustRules, head: RequestHead, peer: TrustPeer): Judgement | string | null {
  try {
    const judgement = rules.judge(head, peer);
    return judgement === null ? null : { head: judgement.head, origin: plain(judgement.origin) };
  } catch (error) {
    if (error instanceof RemoteProtocolError && CODES.includes(error.code) && error.status === 400) return error.code;
    throw error;
  }
}

function plain({ scheme, authority, clientAddress, clientPort }: RequestOrigin): RequestOrigin {
  return { scheme, authority, clientAddress, clientPort };
}

function ownOrigin({ authority }: RequestHead, { secure, remoteAddress, remotePort }: TrustPeer): RequestOrigin {
  return { scheme: secure ? "https" : "http", authority, clientAddress: remoteAddress, clientPort: remotePort };
}

/** Only fields with an underscore may go, and only where the settings say so. */
function keepsTheRest(head: RequestHead, { head: judged }: Judgement, settings: TrustSettings, isTrusted: boolean): void {
  ensureSame({ ...judged, fields: [] }, { ...head, fields: [] }, "nothing of a head changes but its fields");
  const wanted: string[] = [];
  for (let i = 0; i < head.fields.length; i += 2) {
    const name = head.fields[i] ?? "";
    const isForwarders = settings.forwarderHeaders.some((each) => each === "*" || each.toLowerCase() === name.toLowerCase());
    if (!name.includes("_") || settings.headerMap === "dangerous" || (isTrusted && isForwarders)) {
      wanted.push(name, head.fields[i + 1] ?? "");
    }
  }
  ensureSame(judged.fields, wanted, "fields with an underscore are dropped, and no other ones");
}

function hasSoundOrigin({ scheme, authority, clientAddress, clientPort }: RequestOrigin): void {
  ensure(scheme === "http" || scheme === "https", "a scheme is http or https", () => scheme);
  ensure(authority === "" || isAuthority(authority), "an authority is one", () => authority);
  ensure(clientAddress === "" || isIP(clientAddress) !== 0, "a client's address is one or empty", () => clientAddress);
  ensure(Number.isInteger(clientPort) && clientPort >= 0 && clientPort <= 65_535, "a port is one", () => String(clientPort));
}

/** A client sends what it likes to its proxy, which appends: nothing on the left of the address that the walk stopped at may count. */
function staysWhenTheClientAddsFields(
  text: string,
  before: Judgement,
  rules: TrustRules,
  peer: TrustPeer,
  settings: TrustSettings,
): void {
  const { clientAddress } = before.origin;
  const field = settings.forwardedSource === "x-forwarded" ? "X-Forwarded-For" : "Forwarded";
  if (settings.forwardedSource !== "x-forwarded" && settings.forwardedSource !== "forwarded") return;
  const fieldsBefore = before.head.fields.filter((name, index) => index % 2 === 0 && name.toLowerCase() === field.toLowerCase());
  if (
    fieldsBefore.length === 0 || clientAddress === "" || clientAddress === peer.remoteAddress ||
    isInTrusted(clientAddress, settings)
  ) return;
  const line = field === "Forwarded" ? "Forwarded: for=203.0.113.66;proto=https;host=evil" : "X-Forwarded-For: 203.0.113.66";
  const head = headOf(text.replace("\r\n", `\r\n${line}\r\n`));
  if (head === null) return;
  const after = judge(rules, head, peer);
  // A list of ports or hosts is read by its place in the list of addresses, and may have an element that is refused at another place.
  if (field === "X-Forwarded-For" && typeof after === "string") return;
  const origin = typeof after === "string" || after === null ? after : after.origin;
  const shown = field === "Forwarded" || origin === null || typeof origin === "string" ? origin : origin.clientAddress;
  ensureSame(
    shown,
    field === "Forwarded" ? before.origin : clientAddress,
    "what a client sent ahead of its proxy does not count",
  );
}

function isInTrusted(address: string, { forwardedAllowIps }: TrustSettings): boolean {
  return forwardedAllowIps.includes("*") ||
    (forwardedAllowIps.length > 0 && (address.startsWith("10.") || address === "127.0.0.1" || address === "::1"));
}

function changesOf({ head: judged, origin }: Judgement, head: RequestHead, peer: TrustPeer): string {
  const own = ownOrigin(head, peer);
  return [
    judged.fields.length - head.fields.length,
    origin.scheme,
    origin.authority === own.authority,
    origin.clientAddress === own.clientAddress ? "same" : isIP(origin.clientAddress),
    origin.clientPort === 0,
  ].join("/");
}
