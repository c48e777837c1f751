/** @module What Fastify's documentation promises beside what every framework does. */
import { ask, get, type Scenario, send } from "../scenario.ts";

export const FASTIFY: readonly Scenario[] = [
  {
    name: "a schema of query and answer",
    steps: [get("/validated?age=7"), get("/validated?age=zero"), get("/validated")],
    status: [200, 400, 400],
    shows: /\{"age":7\}/,
  },
  { name: "an optional parameter", steps: [get("/optional"), get("/optional/x")], status: [200, 200], shows: /optional none/ },
  {
    name: "parameters with patterns",
    steps: [get("/pattern/2026/a.png"), get("/pattern/26/a.png")],
    status: [200, 404],
    shows: /"file":"a"/,
  },
  {
    name: "a constraint of the version",
    steps: [
      get("/constrained", { "Accept-Version": "2.x" }),
      get("/constrained"),
      get("/constrained", { "Accept-Version": "3.x" }),
    ],
    status: [200, 200, 404],
    shows: /version 2[^]*no version/,
  },
  {
    name: "a constraint of the host",
    steps: [{ path: "/hosts", host: "one.test" }, { path: "/hosts", host: "two.test" }],
    status: [200, 200],
    shows: /first host[^]*other host two\.test/,
  },
  {
    name: "a scope with its hooks and handlers",
    steps: [get("/scope/user"), get("/scope/fails"), get("/scope/nothing")],
    status: [200, 409, 404],
    shows: /"user":"scoped"[^]*"own":"handled here"[^]*own not found/,
  },
  {
    name: "the order of hooks",
    steps: [get("/hooks")],
    status: [200],
    shows: /"onRequest","preParsing","preValidation","preHandler","preSerialization"/,
  },
  { name: "an answer by callback", steps: [get("/callback")], status: [200], shows: /"callback":true/ },
  { name: "reply.hijack", steps: [get("/hijacked"), get("/")], status: [202, 200], shows: /hijacked/ },
  { name: "an error with a status and a code", steps: [get("/http-error")], status: [410], shows: /OWN_CODE/ },
  { name: "reply.callNotFound", steps: [get("/not-found")], status: [404] },
  { name: "a Response", steps: [get("/web-response")], status: [203], shows: /x-web: yes[^]*from a Response/ },
  { name: "a ReadableStream", steps: [get("/web-stream")], status: [200], shows: /web stream/ },
  { name: "reply.sendFile", steps: [get("/send-file"), get("/send-file", { Range: "bytes=0-9" })], status: [200, 206] },
  { name: "reply.trailer", steps: [get("/trailers"), get("/")], status: [200, 200], shows: /with trailers[^]*x-sum: 42/ },
  { name: "early hints", steps: [get("/hints")], status: [200], shows: /rel=preload[^]*hinted/ },
  {
    name: "request.ip and request.protocol",
    steps: [get("/who", { "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https" })],
    status: [200],
    shows: /"ip":"127\.0\.0\.1","protocol":"http"/,
  },
  { name: "a serializer of one's own", steps: [get("/serializer")], status: [200], shows: /own:1/ },
  { name: "fields that are set and removed", steps: [get("/links")], status: [200], shows: /x-a: 1/ },
  { name: "HEAD that a GET route brings", steps: [ask("HEAD", "/validated?age=7")], status: [200] },
  {
    name: "an error in JSON, and JSON that is empty",
    steps: [
      send("POST", "/json", '{"a":', { "Content-Type": "application/json" }),
      send("POST", "/json", "", { "Content-Type": "application/json" }),
    ],
    status: [400, 400],
    isApart: true,
  },
  {
    name: "a body above the limit",
    steps: [send("POST", "/json", JSON.stringify("x".repeat(2_200_000)), { "Content-Type": "application/json" })],
    status: [413],
  },
];
