/** @module What Elysia's documentation promises beside what every framework does. */
import { ask, get, postJson, type Scenario, send } from "../scenario.ts";
import { FORM, MULTIPART } from "./bodies.ts";

export const ELYSIA: readonly Scenario[] = [
  { name: "a generator", steps: [get("/generator"), get("/")], status: [200, 200], shows: /first second|data: first/ },
  { name: "sse", steps: [get("/sse-helper")], status: [200], shows: /event: count/ },
  { name: "a validated query", steps: [get("/validated?age=7"), get("/validated?age=x")], status: [200, 422], shows: /"age":7/ },
  {
    name: "a validated body",
    steps: [postJson("/validated", { name: "long" }), postJson("/validated", { name: "x" })],
    status: [200, 422],
    shows: /"name":"long"/,
  },
  { name: "a validated file", steps: [send("POST", "/file", FORM, MULTIPART)], status: [200], shows: /"size":11/ },
  { name: "JSON that is none", steps: [send("POST", "/json", '{"a":', { "Content-Type": "application/json" })], status: [400] },
  { name: "an optional parameter", steps: [get("/optional"), get("/optional/x")], status: [200, 200], shows: /optional none/ },
  { name: "numbers, true, nothing", steps: [get("/number"), get("/boolean"), get("/nothing")], status: [200, 200, 200] },
  { name: "a Response", steps: [get("/web-response")], status: [203], shows: /from a Response/ },
  { name: "a Blob", steps: [get("/blob")], status: [200], shows: /blob/ },
  { name: "a status by its name", steps: [get("/set-status")], status: [201], shows: /"created":true/ },
  { name: "204 without a body", steps: [ask("DELETE", "/set-no-content"), get("/")], status: [204, 200] },
  { name: "guard", steps: [get("/guarded?key=right"), get("/guarded")], status: [200, 403], shows: /open[^]*closed/ },
  {
    name: "group and plugin",
    steps: [get("/group/inside"), get("/plugin/name")],
    status: [200, 200],
    shows: /inside the group[^]*own/,
  },
  { name: "onError of a plugin", steps: [get("/failing/x")], status: [503], shows: /kept in/ },
  {
    name: "mapResponse and afterHandle",
    steps: [get("/mapped"), get("/after")],
    status: [200, 200],
    shows: /mapped \{[^]*x-after: plain/,
  },
  { name: "mount", steps: [get("/mounted/deep")], status: [200], shows: /mounted \/deep/ },
  {
    name: "a value instead of a handler",
    steps: [get("/static-value"), get("/static-value")],
    status: [200, 200],
    shows: /a value/,
  },
];
