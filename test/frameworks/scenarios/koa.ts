/** @module What Koa's documentation promises beside what every framework does. */
import { ask, get, type Scenario } from "../scenario.ts";

export const KOA: readonly Scenario[] = [
  { name: "middleware runs inwards and outwards", steps: [get("/")], status: [200], shows: /x-order: before\nx-order: after/ },
  { name: "ctx.throw", steps: [get("/ctx-throw"), get("/ctx-throw-500")], status: [403, 500], shows: /not you/ },
  { name: "ctx.assert", steps: [get("/ctx-assert"), get("/ctx-assert?user=x")], status: [401, 404], shows: /no user/ },
  { name: "ctx.respond = false", steps: [get("/respond-false"), get("/")], status: [202, 200], shows: /by hand/ },
  { name: "a body of null", steps: [get("/null-body"), get("/")], status: [204, 200] },
  { name: "an empty text", steps: [get("/empty-body"), get("/")], status: [200, 200] },
  { name: "a text that looks like HTML", steps: [get("/html-body")], status: [200], shows: /text\/html/ },
  { name: "ctx.length", steps: [get("/length")], status: [200], shows: /x-length: 14/ },
  {
    name: "ctx.fresh",
    steps: [
      get("/fresh"),
      get("/fresh", { "If-None-Match": '"v1"' }),
      get("/fresh", { "If-Modified-Since": "Fri, 02 Jan 2026 00:00:00 GMT" }),
    ],
    status: [200, 304, 304],
  },
  { name: "an error with a status", steps: [get("/error-event")], status: [422], shows: /exposed/ },
  { name: "something thrown that is no error", steps: [get("/not-an-error"), get("/")], status: [500, 200] },
  { name: "ctx.message", steps: [get("/message")], status: [200], shows: /reason/ },
  { name: "ctx.attachment", steps: [get("/attachment")], status: [200], shows: /content-disposition: attachment/ },
  {
    name: "ctx.is and ctx.acceptsLanguages",
    steps: [{
      path: "/is",
      body: "a=1",
      fields: [["Content-Type", "application/x-www-form-urlencoded"], ["Accept-Language", "en"]],
    }],
    status: [200],
    shows: /"is":"urlencoded","languages":"en"/,
  },
  {
    name: "ctx.ip and ctx.protocol",
    steps: [get("/who", { "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https" })],
    status: [200],
    shows: /"ip":"127\.0\.0\.1"/,
  },
  { name: "a Response as the body", steps: [get("/web-response")], status: [203], shows: /from a Response/ },
  { name: "a ReadableStream as the body", steps: [get("/web-stream"), get("/")], status: [200, 200], shows: /web stream/ },
  { name: "a Blob as the body", steps: [get("/blob")], status: [200], shows: /blob/ },
  { name: "ctx.flushHeaders", steps: [get("/flush")], status: [200], shows: /flushed first/ },
  {
    name: "allowedMethods",
    steps: [ask("POST", "/url"), ask("OPTIONS", "/url"), ask("PROPFIND", "/url")],
    status: [405, 200, 501],
  },
  { name: "a named route", steps: [get("/named/1")], status: [200], shows: /\/named\/7/ },
  { name: "a router within with a parameter's middleware", steps: [get("/nested/12")], status: [200], shows: /"id":12/ },
];
