/** @module What h3's documentation promises beside what every framework does. */
import { get, type Scenario } from "../scenario.ts";

export const H3: readonly Scenario[] = [
  { name: "middleware runs in order", steps: [get("/order/x")], status: [200], shows: /x-order: before, second/ },
  { name: "middleware that answers", steps: [get("/early")], status: [200], shows: /from middleware/ },
  { name: "onRequest", steps: [get("/watched/x")], status: [200], shows: /x-seen: GET/ },
  { name: "HTTPError", steps: [get("/http-error")], status: [409], shows: /x-why: because[^]*"why":\s?"because"/ },
  { name: "onError", steps: [get("/on-error")], status: [503], shows: /made good/ },
  {
    name: "null, undefined, numbers, true",
    steps: ["null", "undefined", "number", "true"].map((path) => get(`/${path}`)),
    status: [200, 200, 200, 200],
  },
  { name: "a Date", steps: [get("/symbol")], status: [200], shows: /1970/ },
  { name: "an iterable", steps: [get("/iterable"), get("/")], status: [200, 200], shows: /abc/ },
  { name: "createEventStream", steps: [get("/sse-helper")], status: [200], shows: /event: count/ },
  { name: "a Response", steps: [get("/web-response")], status: [203], shows: /from a Response/ },
  { name: "a Blob", steps: [get("/blob")], status: [200], shows: /text\/x-blob/ },
  { name: "a File", steps: [get("/file")], status: [200], shows: /file/ },
  { name: "a stream of Node", steps: [get("/node-stream"), get("/")], status: [200, 200] },
  {
    name: "an application that is mounted",
    steps: [get("/mounted/inside"), get("/plain/inside")],
    status: [200, 200],
    shows: /mounted/,
  },
  { name: "withBase", steps: [get("/based/inside")], status: [200], shows: /based \/inside/ },
  { name: "waitUntil", steps: [get("/wait-until"), get("/log")], status: [200, 200], shows: /"waited"/ },
  { name: "the client's address", steps: [get("/who")], status: [200], shows: /"ip":/ },
];
