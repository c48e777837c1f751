import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RequestHead } from "../../../src/http/events.ts";
import { type AccessRecord, COMBINED, createAccessLog } from "../../../src/log/access.ts";
import { ATOM_WORDS, ATOMS } from "../../../src/log/access-atoms.ts";
import { AccessFormatError, compileAccessFormat, DEFAULT_ACCESS_FORMAT } from "../../../src/log/access-format.ts";

const FORGERY = 'x"\\\x1b[2J\x7f\x85';

const HEAD: RequestHead = {
  method: "POST",
  target: "/a%20b/%C3%A9%0A?q=1&r=%0A",
  form: "origin",
  minorVersion: 1,
  fields: ["Host", "h.test:8000", "Authorization", `Basic ${btoa("mary ann:secret")}`, "User-Agent", FORGERY, "X-Empty", ""],
  authority: "h.test:8000",
  framing: { kind: "none" },
  keepAlive: true,
  expectContinue: false,
  upgrade: false,
};

const ENTRY: AccessRecord = {
  remoteAddress: "192.0.2.7",
  head: HEAD,
  status: 201,
  bodyBytes: 0,
  detail: {
    durationMs: 1_234.567_8,
    responseHead:
      "HTTP/1.1 201 Created\r\nDate: now\r\nX-Id: 7\r\nX-Id: 8\r\nX-Idle: no\r\nContent-Length:0\r\n\r\nX-Late: no\r\n",
    origin: { scheme: "https", authority: "h.test:8000", clientAddress: "192.0.2.7", clientPort: 5000 },
  },
};

const PID = 4711;

function line(template: string, entry: AccessRecord = ENTRY): string {
  const text = compileAccessFormat(template, PID).line(entry, Date.UTC(2026, 10, 20, 23, 17, 45, 678));
  assert.equal(text.at(-1), "\n");
  assert.equal(text.indexOf("\n"), text.length - 1);
  return text.slice(0, -1);
}

function refusal(template: string): AccessFormatError {
  try {
    compileAccessFormat(template, PID);
  } catch (error) {
    assert.ok(error instanceof AccessFormatError);
    return error;
  }
  assert.fail(`${template} was accepted`);
}

describe("an access log format", () => {
  const cases: readonly (readonly [template: string, expected: string])[] = [
    ["%(h)s %(l)s %(u)s", "192.0.2.7 - mary\\x20ann"],
    ["%(m)s|%(U)s|%(q)s|%(H)s", "POST|/a b/é%0A|q=1&r=%0A|HTTP/1.1"],
    ["%(r)s", "POST /a%20b/%C3%A9%0A?q=1&r=%0A HTTP/1.1"],
    ["%(s)s %(B)s %(b)s %(s)d", "201 0 0 201"],
    ['"%(f)s" "%(a)s"', '"-" "x\\"\\\\\\x1b[2J\\x7f\\x85"'],
    ["%(T)s %(M)s %(D)s %(L)s %(D)d", "1 1234 1234568 1.234568 1234568"],
    ["%(p)s", "<4711>"],
    ["%({host}i)s %({X-Missing}i)s %({x-empty}i)s", "h.test:8000 - -"],
    ["%({x-id}o)s %({Date}o)s %({content-length}o)s %({x-i}o)s %({x-late}o)s", "7 now 0 - -"],
    [
      "%({REQUEST_METHOD}e)s %({wsgi.url_scheme}e)s %({REMOTE_PORT}e)s %({HTTP_HOST}e)s %({path_info}e)s",
      "POST https 5000 h.test:8000 /a b/é%0A",
    ],
    ["100%% of %%(h)s", "100% of %(h)s"],
    ["no atom at all", "no atom at all"],
  ];
  for (const [template, expected] of cases) {
    it(`shows ${template}`, () => assert.equal(line(template), expected));
  }

  it("has the time in brackets", () => {
    assert.match(line("%(t)s"), /^\[\d\d\/Nov\/2026:\d\d:\d\d:45 [+-]\d{4}\]$/);
  });

  it("shows a dash for the address of a unix socket, and what was not measured as nothing", () => {
    const { detail: _, ...bare } = ENTRY;
    assert.equal(line("%(h)s %({REMOTE_PORT}e)s %({x-id}o)s", { ...bare, remoteAddress: "" }), "- - -");
  });

  it("leaves a path that is not UTF-8 as it was sent, and what changes the direction of writing encoded", () => {
    assert.equal(line("%(U)s", { ...ENTRY, head: { ...HEAD, target: "/%ff" } }), "/%ff");
    assert.equal(
      line("%(U)s", { ...ENTRY, head: { ...HEAD, target: "/%E2%80%AE%E2%80%A8%C2%85" } }),
      "/%E2%80%AE%E2%80%A8%C2%85",
    );
  });

  it("measures only for the atoms that need it", () => {
    const wants = (template: string): boolean => compileAccessFormat(template, PID).wantsDetail;
    assert.deepEqual(["%(h)s %({a}i)s", "%(D)s", "%({a}o)s", "json", "common", "combined"].map(wants), [
      false,
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it("writes the default line with the code that knows only that, and the same with the other", () => {
    assert.equal(compileAccessFormat(DEFAULT_ACCESS_FORMAT, PID), COMBINED);
    assert.equal(compileAccessFormat("combined", PID), COMBINED);
    assert.equal(line(`${DEFAULT_ACCESS_FORMAT}%%`), `${line("combined")}%`);
    assert.equal(line("common"), line("combined").split(' "-" ')[0]);
  });

  it("escapes as JSON does in a template that begins with a brace", () => {
    const text = line('{"agent":"%(a)s","user":"%(u)s","status":%(s)s,"path":"%(U)s"}');
    assert.deepEqual(JSON.parse(text), { agent: FORGERY, user: "mary ann", status: 201, path: "/a b/é%0A" });
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(text, /[\x00-\x1f\x7f-\x9f]/);
  });

  it("writes an object per line for json", () => {
    const text = line("json");
    assert.deepEqual(JSON.parse(text), {
      time: "2026-11-20T23:17:45.678Z",
      pid: PID,
      remote_address: "192.0.2.7",
      user: "mary ann",
      scheme: "https",
      host: "h.test:8000",
      method: "POST",
      target: HEAD.target,
      protocol: "HTTP/1.1",
      status: 201,
      body_bytes: 0,
      duration_ms: 1_234.568,
      referer: null,
      user_agent: FORGERY,
    });
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(text, /[\x00-\x1f\x7f-\x9f]/);
  });

  it("lets no character of a header end a line or a quoted value", () => {
    for (let code = 0; code < 0x100; code++) {
      const fields = ["X", `a${String.fromCharCode(code)}b`];
      const entry = { ...ENTRY, head: { ...HEAD, fields } };
      const quoted = line('"%({x}i)s"', entry);
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(quoted, /[\x00-\x1f\x7f-\x9f]/);
      assert.match(quoted, /^"(?:[^"\\]|\\.)*"$/);
      assert.equal(JSON.parse(line('{"x":"%({x}i)s"}', entry)).x, fields[1]);
    }
  });

  it("refuses what gunicorn finds out at the first request, or never", () => {
    const mistakes: readonly (readonly [string, RegExp, string | null])[] = [
      ["%(status)s", /unknown atom "%\(status\)s"/, "status"],
      ["%({NO_SUCH}e)s", /unknown atom/, "{NO_SUCH}e"],
      ["%({a}x)s", /unknown atom/, "{a}x"],
      ["%()s", /unknown atom/, ""],
      ["%(constructor)s", /unknown atom/, "constructor"],
      ["%h", /"%" that begins nothing/, null],
      ["100%", /"%" that begins nothing/, null],
      ["%(h)d", /has "%\(h\)d", which should be "%\(h\)s"/, null],
      ["%(h)", /has "%\(h\)", which should be/, null],
      ["%(D)10s", /which should be "%\(D\)s"/, null],
      ["a\nb", /control characters/, null],
    ];
    for (const [template, message, unknownName] of mistakes) {
      const error = refusal(template);
      assert.match(error.message, message);
      assert.equal(error.unknownName, unknownName);
    }
  });

  it("suggests only atoms that there are", () => {
    for (const name of Object.values(ATOM_WORDS)) assert.ok(line(`%(${name})s`) !== "", name);
    assert.equal(Object.keys(ATOMS).length, 19);
  });
});

describe("an access log in a format that measures", () => {
  it("has the clock that its records want, and others have none", () => {
    const clock = { monotonicMs: () => 42, wallMs: () => 0, after: () => () => {}, every: () => () => {} };
    const sink = { write: () => {}, reopen: () => {}, close: () => {} };
    assert.equal(createAccessLog(sink, clock, compileAccessFormat("%(D)s", PID)).nowMs?.(), 42);
    assert.equal(createAccessLog(sink, clock).nowMs, null);
  });
});
