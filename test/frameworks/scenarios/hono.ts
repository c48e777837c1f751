/** @module What Hono's documentation promises beside what every framework does. */
import { ask, fieldOfLast, get, type Scenario, send } from "../scenario.ts";

export const HONO: readonly Scenario[] = [
  {
    name: "middleware runs inwards and outwards in order",
    steps: [get("/order/x")],
    status: [200],
    shows: /x-order: before 1, before 2, after 2, after 1/,
  },
  {
    name: "the etag middleware",
    steps: [get("/etag"), (before) => get("/etag", { "If-None-Match": fieldOfLast(before, "etag") })],
    status: [200, 304],
  },
  {
    name: "a limit of the body",
    steps: [send("POST", "/limited", "x".repeat(900)), send("POST", "/limited", "x".repeat(1_100))],
    status: [200, 413],
  },
  {
    name: "a limit of a body in chunks",
    steps: [{ method: "POST", path: "/limited", chunks: ["x".repeat(600), "x".repeat(600)] }],
    status: [413],
    isApart: true,
  },
  { name: "a timeout", steps: [get("/timeout")], status: [504] },
  { name: "HTTPException", steps: [get("/exception")], status: [403], shows: /not you/ },
  { name: "HTTPException with a response", steps: [get("/exception-response")], status: [401], shows: /Own realm/ },
  { name: "c.notFound", steps: [get("/not-found")], status: [404] },
  { name: "an optional parameter", steps: [get("/optional"), get("/optional/x")], status: [200, 200], shows: /optional none/ },
  {
    name: "parameters with patterns",
    steps: [get("/pattern/2026/words"), get("/pattern/26/words")],
    status: [200, 404],
    shows: /"year":"2026"/,
  },
  { name: "the first route that was registered", steps: [get("/many/first"), get("/many/second")], status: [200, 200] },
  {
    name: "methods of one's own",
    steps: [ask("PURGE", "/custom"), ask("PROPFIND", "/custom")],
    status: [200, 200],
    shows: /PURGE/,
  },
  { name: "basePath and route", steps: [get("/book"), get("/book/7")], status: [200, 200], shows: /book 7/ },
  { name: "onError of an application within", steps: [get("/book/7/fail")], status: [500], shows: /book error: torn/ },
  { name: "mount", steps: [get("/mounted/deep")], status: [200], shows: /mounted \/deep/ },
  {
    name: "requestId",
    steps: [get("/id"), get("/id", { "X-Request-Id": "given" })],
    status: [200, 200],
    shows: /generated[^]*given/,
  },
  { name: "trimTrailingSlash", steps: [get("/trimmed/x/")], status: [301] },
  { name: "streamText", steps: [get("/stream-text")], status: [200], shows: /first\nsecond/ },
  { name: "streamSSE", steps: [get("/sse-helper")], status: [200], shows: /event: count\ndata: line 1\ndata: and more\nid: 1/ },
  { name: "a Response with a reason", steps: [get("/promise")], status: [200], shows: /plain Response/ },
  {
    name: "a cloned Response with two cookies",
    steps: [get("/clone")],
    status: [200],
    shows: /set-cookie: a=1\nset-cookie: b=2/,
  },
  { name: "a Blob", steps: [get("/blob")], status: [200], shows: /text\/x-blob/ },
  { name: "URLSearchParams", steps: [get("/form-answer")], status: [200], shows: /b=two\+words/ },
];
