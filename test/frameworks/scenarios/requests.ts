/** @module Fields of requests, cookies, sessions, and how requests follow each other, for every framework. */
import { get, type Scenario, send } from "../scenario.ts";
import type { Answer } from "../wire.ts";

const BASIC = `Basic ${btoa("admin:secret")}`;

export const REQUESTS: readonly Scenario[] = [
  {
    name: "cookies, read and set",
    steps: [get("/cookies", { Cookie: "seen=yes; other=a%20b" })],
    status: [200],
    shows: /set-cookie: a=1[^]*"seen":"yes"/,
  },
  {
    name: "a cookie of 4 KB",
    steps: [get("/cookies", { Cookie: `long=${"c".repeat(4_096)}` })],
    status: [200],
    shows: /c{4096}/,
  },
  {
    name: "a session over three requests",
    steps: [
      get("/session"),
      ...[1, 2].map(() => (before: readonly Answer[]) => get("/session", { Cookie: cookiesOf(before) })),
    ],
    status: [200, 200, 200],
    shows: /"count":1[^]*"count":2/,
    random: [/(?:connect\.sid|koa\.sess(?:\.sig)?)=[^;]*/g, /expires=[^;]*/gi],
  },
  { name: "Basic credentials that are missing", steps: [get("/auth")], status: [401], shows: /www-authenticate: basic/i },
  { name: "Basic credentials", steps: [get("/auth", { Authorization: BASIC })], status: [200], shows: /welcome/ },
  {
    name: "content negotiation",
    steps: [
      get("/negotiate", { Accept: "application/json" }),
      get("/negotiate", { Accept: "text/html, application/json;q=0.5" }),
      get("/negotiate", { Accept: "image/png" }),
    ],
    status: [200, 200, 406],
  },
  {
    name: "fields as the application sees them",
    steps: [{
      path: "/headers",
      fields: [["X-Custom", "  spaces  "], ["Accept", "a/b"], ["Accept", "c/d"], ["x-lower", "ü"], ["X-Empty", ""], [
        "Cookie",
        "a=1",
      ], [
        "Cookie",
        "b=2",
      ]],
    }],
    status: [200],
    shows: /a\/b, c\/d/,
  },
  {
    name: "three requests on a connection",
    steps: [get("/"), get("/params/1/2"), send("PUT", "/echo", "third")],
    status: [200, 200, 200],
    shows: /third/,
  },
  {
    name: "pipelined requests",
    steps: [get("/"), get("/stream"), send("PUT", "/echo", "in the middle"), get("/params/4/th"), get("/unknown"), get("/")],
    status: [200, 200, 200, 200, 404, 200],
    isPipelined: true,
  },
  { name: "Connection: close", steps: [get("/", { Connection: "close" })], status: [200] },
  { name: "security fields", steps: [get("/secured")], status: [200], shows: /x-content-type-options: nosniff/ },
  { name: "a logger's line", steps: [get("/logged?x=1"), get("/log")], status: [200, 200], shows: /GET \/logged/ },
  {
    name: "a request that is passed to another server",
    steps: [get("/proxy/a?b=1"), send("POST", "/proxy/post", "to be passed on", { "Content-Type": "text/plain" }), get("/")],
    status: [200, 200, 200],
    // What stands before may close the connection, as the server behind did.
    isApart: true,
    shows: /to be passed on/,
    random: [/127\.0\.0\.1:\d+/g],
  },
];

/** Name and value of each cookie that the answers set last. */
function cookiesOf(before: readonly Answer[]): string {
  const cookies = new Map<string, string>();
  for (const { fields } of before) {
    for (const [name, value] of fields) {
      const [pair = ""] = value.split(";");
      if (name === "set-cookie") cookies.set(pair.slice(0, pair.indexOf("=")), pair);
    }
  }
  return [...cookies.values()].join("; ");
}
