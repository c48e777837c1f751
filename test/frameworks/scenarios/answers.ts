/** @module What is answered, by every framework. */
import { ask, get, type Scenario } from "../scenario.ts";

const ORIGIN = { Origin: "http://elsewhere.test" };

export const ANSWERS: readonly Scenario[] = [
  { name: "a status, and a field with two values", steps: [get("/status")], status: [418], shows: /x-many/ },
  { name: "204", steps: [get("/no-content"), get("/")], status: [204, 200] },
  { name: "304", steps: [get("/not-modified"), get("/")], status: [304, 200], shows: /etag: "fixed"/ },
  { name: "a JSON answer of 1 MB", steps: [get("/big-json")], status: [200], shows: /Item 19999/ },
  { name: "all bytes", steps: [get("/binary")], status: [200] },
  { name: "text that is not ASCII", steps: [get("/unicode"), ask("HEAD", "/unicode")], status: [200, 200] },
  { name: "a charset that is not UTF-8", steps: [get("/charset")], status: [200], shows: /iso-8859-1/ },
  { name: "a large field", steps: [get("/large-field")], status: [200], shows: /v{6000}/ },
  { name: "an error that is thrown", steps: [get("/throw"), get("/")], status: [500, 200] },
  { name: "an error that is thrown later", steps: [get("/reject"), get("/")], status: [500, 200] },
  { name: "HEAD of an error", steps: [ask("HEAD", "/throw")], status: [500] },
  { name: "a stream", steps: [get("/stream"), get("/")], status: [200, 200], shows: /one,two,three/ },
  { name: "a stream for HTTP/1.0", steps: [{ path: "/stream", version: "1.0" }], status: [200], shows: /one,two,three/ },
  { name: "HTTP/1.0", steps: [{ path: "/", version: "1.0" }], status: [200], shows: /home/ },
  {
    name: "HTTP/1.0 that is kept alive",
    steps: [{ path: "/", version: "1.0", fields: [["Connection", "keep-alive"]] }, { path: "/", version: "1.0" }],
    status: [200, 200],
  },
  { name: "HEAD of a stream", steps: [ask("HEAD", "/stream"), get("/")], status: [200, 200] },
  { name: "a stream that breaks", steps: [get("/stream-broken")], status: [200], shows: /begun/ },
  { name: "server-sent events", steps: [get("/sse")], status: [200], shows: /event: greeting\ndata: hello/ },
  {
    name: "a client that leaves a stream",
    steps: [{ path: "/endless", leavesAfter: /data: again/ }, get("/left")],
    status: [200],
    shows: /\["left"\]/,
  },
  { name: "gzip", steps: [get("/compressed", { "Accept-Encoding": "gzip" })], status: [200], shows: /content-encoding: gzip/ },
  { name: "no compression", steps: [get("/compressed")], status: [200], shows: /lazy dog/ },
  { name: "HEAD of what would be compressed", steps: [ask("HEAD", "/compressed", { "Accept-Encoding": "gzip" })], status: [200] },
  { name: "CORS", steps: [get("/cors", ORIGIN), get("/cors")], status: [200, 200], shows: /access-control-allow-origin/ },
  {
    name: "CORS preflight",
    steps: [ask("OPTIONS", "/cors", { ...ORIGIN, "Access-Control-Request-Method": "PUT" })],
    status: [204],
    shows: /access-control-allow-methods/,
  },
];
