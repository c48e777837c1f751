/** @module Paths, queries, methods and redirects, of every framework. */
import { ask, get, type Scenario, send } from "../scenario.ts";

export const ROUTING: readonly Scenario[] = [
  { name: "a plain GET", steps: [get("/")], status: [200], shows: /home/ },
  { name: "router parameters", steps: [get("/params/one/two")], status: [200], shows: /"second":"two"/ },
  { name: "parameters with percent-encoding", steps: [get("/params/a%20b/%C3%A9%2F")], status: [200], shows: /a b/ },
  { name: "a broken percent-encoding in a parameter", steps: [get("/params/%E0%A4/x")], status: [400] },
  { name: "a wildcard", steps: [get("/wild/a/b/c.txt")], status: [200], shows: /a\/b\/c\.txt/ },
  { name: "a query with repeated keys", steps: [get("/query?x=1&y=a%20b&y=c+d&empty=")], status: [200], shows: /c d/ },
  { name: "no query and an empty one", steps: [get("/query"), get("/query?")], status: [200, 200] },
  { name: "what is not routed", steps: [get("/unknown")], status: [404] },
  { name: "HEAD of what is not routed", steps: [ask("HEAD", "/unknown")], status: [404] },
  { name: "a method that is not routed", steps: [ask("DELETE", "/query")], status: [404] },
  { name: "HEAD", steps: [ask("HEAD", "/")], status: [200] },
  { name: "HEAD of a large answer", steps: [ask("HEAD", "/big-json")], status: [200] },
  {
    name: "methods",
    steps: ["PUT", "PATCH", "DELETE", "OPTIONS"].map((method) => ask(method, "/method")),
    status: [200, 200, 200, 200],
    shows: /PATCH/,
  },
  { name: "OPTIONS of what is not routed", steps: [ask("OPTIONS", "/unknown")], status: [404] },
  {
    name: "the URL as the application sees it",
    steps: [get("/url?a=1&b=%20"), get("/url?"), get("/url;v=1?c")],
    status: [200, 200, 404],
    shows: /a=1&b=%20/,
  },
  { name: "a redirect", steps: [get("/redirect")], status: [302], shows: /location: .*\/elsewhere/ },
  { name: "a redirect after POST", steps: [send("POST", "/redirect", "x")], status: [303] },
  {
    name: "the method that a field overrides",
    steps: [send("POST", "/override", "x", { "X-HTTP-Method-Override": "DELETE" }), send("POST", "/override", "x")],
    status: [200, 200],
    shows: /deleted[^]*posted/,
  },
];
