import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isAuthority } from "../../../src/http/authority.ts";
import { RemoteProtocolError } from "../../../src/http/errors.ts";
import type { RequestHead } from "../../../src/http/events.ts";
import { NetworkError } from "../../../src/http/ip-networks.ts";
import { TrustRules } from "../../../src/http/trust-rules.ts";
import { DEFAULT_TRUST, type TrustSettings } from "../../../src/http/trust-settings.ts";
import { Random } from "../../simulation/random.ts";

const CLIENT = "203.0.113.7";
const OTHER = "198.51.100.9";
/** In every test of forwarding these are trusted: the peer, and a second proxy of ours. */
const PEER = "10.0.0.1";
const PROXY = "10.0.0.2";
const TRUSTED: Partial<TrustSettings> = { forwardedAllowIps: ["10.0.0.0/8", "fd00::/8"] };

const settings = (changes: Partial<TrustSettings>): TrustSettings => ({ ...DEFAULT_TRUST, ...changes });

/** Field lines as on the wire. */
function headOf(lines: readonly string[], authority = "example.com"): RequestHead {
  const fields = [
    "Host",
    authority,
    ...lines.flatMap((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
  ];
  return {
    method: "GET",
    target: "/",
    form: "origin",
    minorVersion: 1,
    fields,
    authority,
    framing: { kind: "none" },
    keepAlive: true,
    expectContinue: false,
    upgrade: false,
  };
}

interface Asked {
  readonly changes?: Partial<TrustSettings>;
  readonly peer?: string;
  readonly secure?: boolean;
  readonly authority?: string;
}

/** `scheme://authority client:port`, `-` where nothing was judged, or the code of the refusal. */
function verdict(lines: readonly string[], { changes = {}, peer = PEER, secure = false, authority }: Asked = {}): string {
  const rules = new TrustRules(settings({ ...TRUSTED, ...changes }));
  try {
    const judgement = rules.judge(headOf(lines, authority), { remoteAddress: peer, remotePort: 5000, secure });
    if (judgement === null) return "-";
    const { scheme, authority: host, clientAddress, clientPort } = judgement.origin;
    return `${scheme}://${host} ${clientAddress}:${clientPort}`;
  } catch (error) {
    assert.ok(error instanceof RemoteProtocolError, String(error));
    assert.equal(error.status, 400);
    return error.code;
  }
}

function fieldsKept(lines: readonly string[], { changes = {}, peer = PEER }: Asked = {}): readonly string[] {
  const head = headOf(lines);
  const judgement = new TrustRules(settings({ ...TRUSTED, ...changes })).judge(head, {
    remoteAddress: peer,
    remotePort: 1,
    secure: false,
  });
  return (judgement?.head ?? head).fields.filter((_, i) => i % 2 === 0).slice(1);
}

type Row = readonly [lines: readonly string[], expected: string, asked?: Asked];

function table(rows: readonly Row[]): void {
  for (const [lines, expected, asked] of rows) {
    it(`${lines.join(" | ") || "no field"}${asked === undefined ? "" : " " + JSON.stringify(asked)}: ${expected}`, () => {
      assert.equal(verdict(lines, asked), expected);
    });
  }
}

const FROM_PEER = `${PEER}:5000`;

describe("X-Forwarded-For", () => {
  const deep = (count: number, element: string): string => Array.from({ length: count }, () => element).join(", ");
  table([
    [[], "-"],
    [[`X-Forwarded-For: ${CLIENT}`], `http://example.com ${CLIENT}:0`],
    [[`x-fORWARDED-fOR: ${CLIENT}`], `http://example.com ${CLIENT}:0`],
    [[`X-Forwarded-For: ${CLIENT}:567`], `http://example.com ${CLIENT}:567`],
    [["X-Forwarded-For: 2001:DB8::1"], "http://example.com 2001:db8::1:0"],
    [["X-Forwarded-For: [2001:db8::1]:567"], "http://example.com 2001:db8::1:567"],
    [[`X-Forwarded-For: ::ffff:${CLIENT}`], `http://example.com ${CLIENT}:0`],
    // The client's own words are on the left.
    [[`X-Forwarded-For: 1.1.1.1, ${CLIENT}`], `http://example.com ${CLIENT}:0`],
    [[`X-Forwarded-For: ${CLIENT}, ${PROXY}`], `http://example.com ${CLIENT}:0`],
    [[`X-Forwarded-For: 1.1.1.1, ${CLIENT}, fd00::2, ${PROXY}`], `http://example.com ${CLIENT}:0`],
    [[`X-Forwarded-For: 10.9.9.9, ${CLIENT}, ${PROXY}`], `http://example.com ${CLIENT}:0`],
    [[`X-Forwarded-For: 1.1.1.1`, `X-Forwarded-For: ${CLIENT}`], `http://example.com ${CLIENT}:0`],
    [[`X-Forwarded-For: ,${CLIENT},, ,${PROXY},`], `http://example.com ${CLIENT}:0`],
    // All of them ours: the leftmost.
    [[`X-Forwarded-For: 10.1.1.1, 10.2.2.2`], "http://example.com 10.1.1.1:0"],
    [[`X-Forwarded-For: ${CLIENT}, ${OTHER}`], `http://example.com ${CLIENT}:0`, { changes: { forwardedAllowIps: ["*"] } }],
    // Not told: unknown, and never the proxy on the right of it.
    [["X-Forwarded-For: unknown"], "http://example.com :0"],
    [[`X-Forwarded-For: unknown, ${PROXY}`], "http://example.com :0"],
    [[`X-Forwarded-For: ${CLIENT}, unknown, ${PROXY}`], "http://example.com :0"],
    [[`X-Forwarded-For: unknown, ${CLIENT}`], `http://example.com ${CLIENT}:0`],
    [[`X-Forwarded-For: ${CLIENT}:99999`], "http://example.com :0"],
    // Nothing said.
    [["X-Forwarded-For:"], `http://example.com ${FROM_PEER}`],
    [["X-Forwarded-For: , ,"], `http://example.com ${FROM_PEER}`],
    // The bound.
    [[`X-Forwarded-For: ${CLIENT}, ${deep(63, PROXY)}`], `http://example.com ${CLIENT}:0`],
    [[`X-Forwarded-For: ${CLIENT}, ${deep(64, PROXY)}`], "http://example.com :0"],
    [[`X-Forwarded-For: ${deep(5000, "x")}, ${CLIENT}`], `http://example.com ${CLIENT}:0`],
  ]);
});

describe("whom is trusted", () => {
  const lines = [`X-Forwarded-For: ${CLIENT}`, "X-Forwarded-Proto: https", "X-Forwarded-Host: other.example"];
  const believed = `https://other.example ${CLIENT}:0`;
  table([
    [lines, believed],
    [lines, believed, { peer: "" }],
    [lines, believed, { peer: `::ffff:${PEER}` }],
    [lines, believed, { peer: "fd00::1%eth0" }],
    [lines, believed, { peer: OTHER, changes: { forwardedAllowIps: ["*"] } }],
    [lines, "-", { peer: OTHER }],
    [lines, "-", { peer: OTHER, secure: true }],
    [lines, "-", { peer: "unknown" }],
    [lines, "-", { peer: "::1", changes: { forwardedAllowIps: ["127.0.0.1"] } }],
    [lines, "-", { changes: { forwardedAllowIps: [] } }],
    [[`Forwarded: for=${CLIENT};proto=https`], "-", { peer: OTHER }],
    // Their nonsense is none of ours.
    [["X-Forwarded-Host: a b", "Forwarded: ==", "X-Forwarded-Port: x", "X-Forwarded-Proto: https", "X-Forwarded-Ssl: off"], "-", {
      peer: OTHER,
    }],
    [lines, "-", { changes: { forwardedSource: "none" } }],
    [["X-Forwarded-Proto: https", "X-Forwarded-Ssl: off"], "-", { changes: { forwardedSource: "none" } }],
  ]);

  it("leaves the fields where they are", () => {
    for (const peer of [PEER, OTHER]) {
      assert.deepEqual(fieldsKept(lines, { peer }), ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"]);
    }
  });

  it("asks for the peer's address only where a field depends on it", () => {
    const rules = new TrustRules(settings({ headerMap: "drop" }));
    const peer = {
      get remoteAddress(): string {
        throw new Error("was asked");
      },
      remotePort: 0,
      secure: false,
    };
    const lookalikes = [
      "X-Forwarded-Fox: a",
      "X-Forwarded-Xxxx: b",
      "Forwardex: c",
      "From: d",
      "X-Requested-With: e",
      `${"X".repeat(64 + 15)}: f`,
    ];
    assert.equal(rules.judge(headOf(lookalikes), peer), null);
    assert.throws(() => rules.judge(headOf(["X-Forwarded-For: a"]), peer), /was asked/);
    assert.throws(() => rules.judge(headOf(["Script_Name: a"]), peer), /was asked/);
  });

  it("refuses settings with a network that is none", () => {
    assert.throws(() => new TrustRules(settings({ forwardedAllowIps: ["10.0.0.1/8"] })), NetworkError);
    assert.throws(() => new TrustRules(settings({ proxyAllowIps: ["here"] })), NetworkError);
  });

  it("knows whose PROXY header counts", () => {
    const rules = new TrustRules(settings({ proxyAllowIps: ["192.0.2.0/24"] }));
    const allowed = ["192.0.2.77", "::ffff:192.0.2.1", "", "192.0.3.1", "127.0.0.1", "unknown"].map((address) =>
      rules.isProxyAllowed(address)
    );
    assert.deepEqual(allowed, [true, true, true, false, false, false]);
  });
});

describe("secure_scheme_headers", () => {
  const secureSchemeHeaders = { "CF-Visitor": ['{"scheme":"https"}'], "x-scheme": ["HTTPS", "wss"] };
  table([
    [["X-Forwarded-Proto: https"], `https://example.com ${FROM_PEER}`],
    [["X-Forwarded-Proto: HTTPS"], `https://example.com ${FROM_PEER}`],
    [["X-Forwarded-Proto: http"], `http://example.com ${FROM_PEER}`],
    [["X-Forwarded-Proto:"], `http://example.com ${FROM_PEER}`],
    [["X-Forwarded-Proto: ssl"], `http://example.com ${FROM_PEER}`],
    [["X-Forwarded-Protocol: ssl"], `https://example.com ${FROM_PEER}`],
    [["X-Forwarded-Protocol: https"], `https://example.com ${FROM_PEER}`],
    [["X-Forwarded-Ssl: on"], `https://example.com ${FROM_PEER}`],
    [["X-Forwarded-Ssl: off"], `http://example.com ${FROM_PEER}`, { secure: true }],
    [["X-Forwarded-Host: a.example"], `https://a.example ${FROM_PEER}`, { secure: true }],
    [["X-Forwarded-Proto: https", "X-Forwarded-Proto: https"], `https://example.com ${FROM_PEER}`],
    [["X-Forwarded-Proto: https", "X-Forwarded-Ssl: on"], `https://example.com ${FROM_PEER}`],
    [["X-Forwarded-Proto: http", "X-Forwarded-Ssl: off"], `http://example.com ${FROM_PEER}`],
    [["X-Forwarded-Proto: https", "X-Forwarded-Ssl: off"], "contradictory_forwarding"],
    [["X-Forwarded-Proto: https", "X-Forwarded-Proto: http"], "contradictory_forwarding"],
    [["X-Forwarded-Ssl: on", "X-Forwarded-Protocol: ssl", "X-Forwarded-Proto: http"], "contradictory_forwarding"],
    // Lists.
    [["X-Forwarded-Proto: https, http"], `http://example.com ${FROM_PEER}`],
    [["X-Forwarded-Proto: http,https"], `https://example.com ${FROM_PEER}`],
    [["X-Forwarded-Proto: https, http", `X-Forwarded-For: ${CLIENT}, ${PROXY}`], `https://example.com ${CLIENT}:0`],
    [["X-Forwarded-Proto: https, http", `X-Forwarded-For: 1.1.1.1, ${CLIENT}`], `http://example.com ${CLIENT}:0`],
    [["X-Forwarded-Proto: https, http", `X-Forwarded-For: 1.1.1.1, ${CLIENT}, ${PROXY}`], `https://example.com ${CLIENT}:0`],
    [["X-Forwarded-Proto: https, http, http", `X-Forwarded-For: ${CLIENT}, ${PROXY}`], `http://example.com ${CLIENT}:0`],
    [["X-Forwarded-Proto: https", `X-Forwarded-For: 1.1.1.1, ${CLIENT}, ${PROXY}`], `https://example.com ${CLIENT}:0`],
    // Another table.
    [['cf-visitor: {"scheme":"https"}'], `https://example.com ${FROM_PEER}`, { changes: { secureSchemeHeaders } }],
    [["X-Scheme: WSS"], `https://example.com ${FROM_PEER}`, { changes: { secureSchemeHeaders } }],
    [["X-Forwarded-Proto: https"], "-", { changes: { secureSchemeHeaders } }],
    [["X-Forwarded-Proto: https", "X-Scheme: http"], `http://example.com ${FROM_PEER}`, { changes: { secureSchemeHeaders } }],
  ]);

  it("names both fields of a contradiction", () => {
    const rules = new TrustRules(settings(TRUSTED));
    const head = headOf(["X-Forwarded-Proto: https", "X-Forwarded-Ssl: off"]);
    assert.throws(
      () => rules.judge(head, { remoteAddress: PEER, remotePort: 1, secure: false }),
      /x-forwarded-proto "https" means https and x-forwarded-ssl "off" means http/,
    );
  });
});

describe("X-Forwarded-Host and X-Forwarded-Port", () => {
  const SECURE = "X-Forwarded-Proto: https";
  table([
    [["X-Forwarded-Host: a.example"], `http://a.example ${FROM_PEER}`],
    [["X-Forwarded-Host: a.example:8080"], `http://a.example:8080 ${FROM_PEER}`],
    [["X-Forwarded-Host: [::1]:8080"], `http://[::1]:8080 ${FROM_PEER}`],
    [["X-Forwarded-Host: evil.example, a.example"], `http://a.example ${FROM_PEER}`],
    [["X-Forwarded-Host: evil.example", "X-Forwarded-Host: a.example"], `http://a.example ${FROM_PEER}`],
    [["X-Forwarded-Host: a.example, b.example", `X-Forwarded-For: ${CLIENT}, ${PROXY}`], `http://a.example ${CLIENT}:0`],
    [["X-Forwarded-Host: a.example, b.example", `X-Forwarded-For: 1.1.1.1, ${CLIENT}`], `http://b.example ${CLIENT}:0`],
    [["X-Forwarded-Host:"], `http://example.com ${FROM_PEER}`],
    [["X-Forwarded-Host: user@a.example"], "bad_forwarding"],
    [["X-Forwarded-Host: a b"], "bad_forwarding"],
    [["X-Forwarded-Host: a.example/x"], "bad_forwarding"],
    [["X-Forwarded-Host: http://a.example"], "bad_forwarding"],
    [["X-Forwarded-Host: a.example:99999"], "bad_forwarding"],
    [["X-Forwarded-Port: 8080"], `http://example.com:8080 ${FROM_PEER}`],
    [["X-Forwarded-Port: 8080"], `http://example.com:8080 ${FROM_PEER}`, { authority: "example.com:9090" }],
    [["X-Forwarded-Port: 8080"], `http://[::1]:8080 ${FROM_PEER}`, { authority: "[::1]:9090" }],
    [["X-Forwarded-Port: 8080"], `http://[::1]:8080 ${FROM_PEER}`, { authority: "[::1]" }],
    [["X-Forwarded-Port: 8080"], `http:// ${FROM_PEER}`, { authority: "" }],
    [["X-Forwarded-Port: 80"], `http://example.com ${FROM_PEER}`, { authority: "example.com:9090" }],
    [["X-Forwarded-Port: 443"], `http://example.com:443 ${FROM_PEER}`],
    [["X-Forwarded-Port: 443", SECURE], `https://example.com ${FROM_PEER}`],
    [["X-Forwarded-Port: 80", SECURE], `https://example.com:80 ${FROM_PEER}`],
    [["X-Forwarded-Port: 8443", "X-Forwarded-Host: a.example"], `http://a.example:8443 ${FROM_PEER}`],
    [["X-Forwarded-Port: 8443", "X-Forwarded-Host: a.example:1"], `http://a.example:1 ${FROM_PEER}`],
    [["X-Forwarded-Port: 8443", "X-Forwarded-Host: [::1]"], `http://[::1]:8443 ${FROM_PEER}`],
    [["X-Forwarded-Port: 1, 2"], `http://example.com:2 ${FROM_PEER}`],
    [["X-Forwarded-Port: 65535"], `http://example.com:65535 ${FROM_PEER}`],
    ...["0", "65536", "080", "-1", "+1", "1.0", "http", "8080 8080"].map((
      port,
    ): Row => [[`X-Forwarded-Port: ${port}`], "bad_forwarding"]),
  ]);
});

describe("Forwarded", () => {
  table([
    [[`Forwarded: for=${CLIENT}`], `http://example.com ${CLIENT}:0`],
    [[`Forwarded: for="${CLIENT}:567";proto=https;host=a.example;by=${PROXY}`], `https://a.example ${CLIENT}:567`],
    [[`forwarded: For="[2001:db8::1]:1"; Proto=HTTPS; Host="a.example:8443"`], "https://a.example:8443 2001:db8::1:1"],
    [[`Forwarded: for=1.1.1.1;host=evil.example;proto=https, for=${CLIENT}`], `http://example.com ${CLIENT}:0`],
    [
      [`Forwarded: for=${CLIENT};host=a.example;proto=https, for=${PROXY};host=b.example;proto=http`],
      `https://a.example ${CLIENT}:0`,
    ],
    [[`Forwarded: for=${CLIENT};host=a.example`, `Forwarded: for=${PROXY}`], `http://a.example ${CLIENT}:0`],
    [["Forwarded: for=10.1.1.1;proto=https, for=10.2.2.2"], "https://example.com 10.1.1.1:0"],
    [[`Forwarded: for=${CLIENT}, for=_hidden;proto=https, for=${PROXY}`], "https://example.com :0"],
    [[`Forwarded: for=unknown`], "http://example.com :0"],
    [[`Forwarded: for=${CLIENT}, proto=https;by=unknown, for=${PROXY}`], "https://example.com :0"],
    // The nearest proxy says nothing of its client.
    [["Forwarded: proto=https;host=a.example"], `https://a.example ${FROM_PEER}`],
    [["Forwarded: for=1.1.1.1;host=evil.example, proto=https"], `https://example.com ${FROM_PEER}`],
    [["Forwarded:"], `http://example.com ${FROM_PEER}`],
    [["Forwarded: ;"], `http://example.com ${FROM_PEER}`],
    [['Forwarded: secret="a,b";for=_a'], "http://example.com :0"],
    ...[
      "for",
      "for=1.2.3.4:80",
      "for=a.example",
      "for=[::1]",
      'for="::1"',
      "proto=ftp",
      'proto=""',
      'host="a b"',
      "host=a@b",
      'by=":"',
      "for=a;for=b",
    ].map((
      value,
    ): Row => [[`Forwarded: ${value}`], "bad_forwarding"]),
    // Who wrote the left part is not trusted: its grammar counts, its meaning does not.
    [[`Forwarded: for=nonsense;proto=ftp, for=${CLIENT}`], `http://example.com ${CLIENT}:0`],
    [[`Forwarded: nonsense, for=${CLIENT}`], "bad_forwarding"],
    [[`Forwarded: for=${CLIENT}, for=nonsense`], "bad_forwarding"],
  ]);
});

describe("forwarded_source", () => {
  const X = [`X-Forwarded-For: ${CLIENT}`, "X-Forwarded-Proto: https"];
  const SAME = `Forwarded: for=${CLIENT};proto=https;host=example.com`;
  const believed = `https://example.com ${CLIENT}:0`;
  table([
    [[...X, SAME], believed],
    [[...X, `Forwarded: for=${CLIENT};proto=https`], believed],
    [[...X, `Forwarded: for="${CLIENT}:99";proto=https;host=EXAMPLE.com`], believed],
    [[`X-Forwarded-For: ${CLIENT}:99`, `Forwarded: for="${CLIENT}:99"`], `http://example.com ${CLIENT}:99`],
    [[`X-Forwarded-Host: b.example`, `Forwarded: for=${PEER};host=b.example`], `http://b.example ${PEER}:0`],
    [[`X-Forwarded-Proto: http`, `Forwarded: for=${PEER}`], `http://example.com ${PEER}:0`, { peer: `::ffff:${PEER}` }],
    [[...X, `Forwarded: for=${OTHER};proto=https`], "contradictory_forwarding"],
    [[...X, `Forwarded: for=${CLIENT};proto=http`], "contradictory_forwarding"],
    [[...X, `Forwarded: for=${CLIENT};proto=https;host=evil.example`], "contradictory_forwarding"],
    [[...X, "X-Forwarded-Port: 8443", SAME], "contradictory_forwarding"],
    // What only one of them says is not taken from the other: the client may have written it.
    [[...X, `Forwarded: for=${CLIENT}`], "contradictory_forwarding"],
    [["X-Forwarded-Proto: https", `Forwarded: for=${CLIENT};proto=https`], "contradictory_forwarding"],
    [[...X, `Forwarded: for=${OTHER};proto=http`], believed, { changes: { forwardedSource: "x-forwarded" } }],
    [[...X, "Forwarded: nonsense"], believed, { changes: { forwardedSource: "x-forwarded" } }],
    [[SAME], "-", { changes: { forwardedSource: "x-forwarded" } }],
    [[...X, `Forwarded: for=${OTHER}`], `http://example.com ${OTHER}:0`, { changes: { forwardedSource: "forwarded" } }],
    [["X-Forwarded-Proto: https", "X-Forwarded-Ssl: off", SAME], believed, { changes: { forwardedSource: "forwarded" } }],
    [X, "-", { changes: { forwardedSource: "forwarded" } }],
    [[...X, SAME], "-", { changes: { forwardedSource: "none" } }],
  ]);

  it("tells the operator what to set", () => {
    const rules = new TrustRules(settings(TRUSTED));
    const head = headOf([...X, `Forwarded: for=${OTHER};proto=https`]);
    assert.throws(
      () => rules.judge(head, { remoteAddress: PEER, remotePort: 1, secure: false }),
      /the client is "203\.0\.113\.7" and with Forwarded "198\.51\.100\.9", set forwarded_source to/,
    );
  });
});

describe("header_map and forwarder_headers", () => {
  const lines = ["X_Real_Ip: 1", "X-A: 2", "Script_Name: /x", "X-B: 3", "_: 4"];
  const rows: readonly (readonly [asked: Asked, kept: readonly string[] | string])[] = [
    [{}, ["X-A", "Script_Name", "X-B"]],
    [{ peer: OTHER }, ["X-A", "X-B"]],
    [{ peer: "" }, ["X-A", "Script_Name", "X-B"]],
    [{ changes: { forwarderHeaders: ["*"] } }, ["X_Real_Ip", "X-A", "Script_Name", "X-B", "_"]],
    [{ changes: { forwarderHeaders: ["*"] }, peer: OTHER }, ["X-A", "X-B"]],
    [{ changes: { forwarderHeaders: ["x_real_IP"] } }, ["X_Real_Ip", "X-A", "X-B"]],
    [{ changes: { forwarderHeaders: [] } }, ["X-A", "X-B"]],
    [{ changes: { headerMap: "dangerous" }, peer: OTHER }, ["X_Real_Ip", "X-A", "Script_Name", "X-B", "_"]],
    [{ changes: { headerMap: "refuse" } }, "refused_field_name"],
    [{ changes: { headerMap: "refuse" }, peer: OTHER }, "refused_field_name"],
    [{ changes: { headerMap: "refuse", forwarderHeaders: ["*"] } }, ["X_Real_Ip", "X-A", "Script_Name", "X-B", "_"]],
    // Their own setting, so that names are kept though nothing else of the peer counts.
    [{ changes: { forwardedSource: "none" } }, ["X-A", "Script_Name", "X-B"]],
  ];
  for (const [asked, kept] of rows) {
    it(`${JSON.stringify(asked)}: ${typeof kept === "string" ? kept : kept.join(", ")}`, () => {
      if (typeof kept === "string") assert.equal(verdict(lines, asked), kept);
      else assert.deepEqual(fieldsKept(lines, asked), kept);
    });
  }

  it("keeps values with their names, and the rest of the head", () => {
    const head = headOf(lines);
    const rules = new TrustRules(settings({}));
    const judgement = rules.judge(head, { remoteAddress: "::ffff:198.51.100.9", remotePort: 7, secure: true });
    assert.deepEqual(judgement, {
      head: { ...head, fields: ["Host", "example.com", "X-A", "2", "X-B", "3"] },
      origin: { scheme: "https", authority: "example.com", clientAddress: OTHER, clientPort: 7 },
    });
  });

  it("never reads a name with an underscore as its twin", () => {
    const twins = [`X_Forwarded_For: ${CLIENT}`, "X_Forwarded-Proto: https", `Forwarded_: for=${CLIENT}`];
    assert.equal(verdict(twins, { changes: { headerMap: "dangerous" } }), "-");
    assert.equal(verdict(twins, { changes: { forwarderHeaders: ["*"] } }), "-");
    assert.equal(verdict(twins), `http://example.com ${FROM_PEER}`);
  });
});

describe("TrustRules on random heads", () => {
  const NAMES = [
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Forwarded-Ssl",
    "Forwarded",
    "Forwarded",
    "X_Y",
  ];
  const PARTS = [
    ...[
      CLIENT,
      PROXY,
      OTHER,
      "unknown",
      "https",
      "http",
      "on",
      "a.example",
      "for=",
      "host=",
      "proto=",
      "by=",
      '"',
      "[fd00::1]:1",
    ],
    ...[", ", ",", ";", ":", "443", "8080", " ", "\\", "\xe4", "="],
  ];

  for (const seed of [1, 2, 3, Number(process.env["TSGUNICORN_TEST_SEED"] ?? 4)]) {
    it(`throws nothing but its own errors, and untrusted peers change nothing (seed ${seed})`, () => {
      const random = new Random(seed);
      const tally = { judged: 0, refused: 0 };
      for (let round = 0; round < 3000; round += 1) {
        const lines = Array.from({ length: random.between(1, 3) }, () => {
          const value = random.chance(0.3)
            ? random.pick([CLIENT, "https", "a.example:1", `for=${CLIENT};proto=https`, `for=${PROXY}, for="[::1]"`])
            : Array.from({ length: random.between(0, 5) }, () => random.pick(PARTS)).join("");
          return `${random.pick(NAMES)}: ${value}`;
        });
        const forwardedSource = random.pick(["auto", "x-forwarded", "forwarded", "none"] as const);
        const changes = { ...TRUSTED, forwardedSource, headerMap: random.pick(["drop", "refuse", "dangerous"] as const) };
        const rules = new TrustRules(settings(changes));
        const head = headOf(lines);
        try {
          const judgement = rules.judge(head, { remoteAddress: PEER, remotePort: 5, secure: false });
          if (judgement !== null) {
            tally.judged += 1;
            const { scheme, clientAddress, clientPort, authority } = judgement.origin;
            assert.ok(scheme === "http" || scheme === "https");
            assert.match(clientAddress, /^[0-9a-f.:]*$/);
            assert.ok(Number.isInteger(clientPort) && clientPort >= 0 && clientPort <= 65_535);
            assert.ok(isAuthority(authority), authority);
          }
        } catch (error) {
          assert.ok(error instanceof RemoteProtocolError && error.status === 400, `${error} for ${JSON.stringify(lines)}`);
          tally.refused += 1;
        }
        try {
          const judgement = rules.judge(head, { remoteAddress: OTHER, remotePort: 5, secure: false });
          const expected = { scheme: "http", authority: "example.com", clientAddress: OTHER, clientPort: 5 };
          if (judgement !== null) assert.deepEqual(judgement.origin, expected, JSON.stringify(lines));
        } catch (error) {
          assert.ok(error instanceof RemoteProtocolError && error.code === "refused_field_name", String(error));
        }
      }
      assert.ok(tally.judged > 200 && tally.refused > 200, JSON.stringify(tally));
    });
  }
});
