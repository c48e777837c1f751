/** @module What NestJS's documentation promises beside what every framework does. */
import { get, postJson, type Scenario } from "../scenario.ts";

export const NEST: readonly Scenario[] = [
  { name: "a query parameter", steps: [get("/cats?limit=7"), get("/cats")], status: [200, 200], shows: /"limit":"7"/ },
  { name: "ParseIntPipe", steps: [get("/cats/number/7"), get("/cats/number/x")], status: [200, 400], shows: /"id":7/ },
  { name: "the status of POST", steps: [postJson("/cats", { name: "Tom" })], status: [201], shows: /"name":"Tom"/ },
  {
    name: "exceptions",
    steps: [get("/cats/conflict"), get("/cats/exception")],
    status: [409, 409],
    shows: /Own words[^]*"own":"object"/,
  },
  { name: "a filter of exceptions", steps: [get("/cats/filtered")], status: [503], shows: /"caught":"not you"/ },
  { name: "a guard", steps: [get("/cats/guarded?key=right"), get("/cats/guarded")], status: [200, 403], shows: /open/ },
  { name: "an interceptor", steps: [get("/cats/wrapped")], status: [200], shows: /"wrapped":7/ },
  { name: "an observable", steps: [get("/cats/observable")], status: [200], shows: /3/ },
  { name: "StreamableFile", steps: [get("/cats/file"), get("/cats/bytes")], status: [200, 200], shows: /filename="x\.bin"/ },
  { name: "Sse", steps: [get("/cats/events")], status: [200], shows: /event: named\nid: 2\ndata: two/ },
  { name: "nothing and null", steps: [get("/cats/nothing"), get("/cats/null")], status: [200, 200] },
  {
    name: "the client's address",
    steps: [get("/cats/ip", { "X-Forwarded-For": "203.0.113.7" })],
    status: [200],
    shows: /127\.0\.0\.1/,
  },
  {
    name: "a controller of hosts",
    steps: [{ path: "/hosts", host: "sub.one.test" }, { path: "/hosts", host: "two.test" }],
    status: [200, 404],
    shows: /"name":"sub"/,
  },
];
