/** @module What Express's documentation promises beside what every framework does, in both major versions. */
import { ask, get, type Scenario, send } from "../scenario.ts";

const FORWARDED = {
  "X-Forwarded-For": "203.0.113.7, 198.51.100.1",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": "a.b.public.test",
};

export const EXPRESS: readonly Scenario[] = [
  { name: "next('route')", steps: [get("/next-route/1"), get("/next-route/0")], status: [200, 200], shows: /regular[^]*special/ },
  {
    name: "next('router')",
    steps: [get("/next-router"), get("/next-router", { "X-Auth": "1" })],
    status: [401, 200],
    shows: /let in/,
  },
  { name: "app.param", steps: [get("/user/7"), get("/user/nobody")], status: [200, 500], shows: /"calls":1/ },
  {
    name: "a router within with mergeParams",
    steps: [get("/parents/1/children/2?q")],
    status: [200],
    shows: /"baseUrl":"\/parents\/1\/children"/,
  },
  {
    name: "app.route",
    steps: [get("/chain"), ask("POST", "/chain"), ask("OPTIONS", "/chain")],
    status: [200, 200, 200],
    shows: /allow: .*POST/,
  },
  { name: "the order of middleware", steps: [get("/order")], status: [200], shows: /first, second/ },
  { name: "an application within", steps: [get("/mounted/inside")], status: [200], shows: /\/mounted \/mounted/ },
  { name: "paths in another case and with a slash", steps: [get("/CASE"), get("/case/")], status: [200, 200] },
  {
    name: "an optional parameter",
    steps: [get("/optional"), get("/optional/x")],
    status: [200, 200],
    shows: /optional none[^]*optional x/,
  },
  { name: "res.type", steps: [get("/type")], status: [200], shows: /text\/html/ },
  { name: "res.links and res.vary", steps: [get("/links")], status: [200], shows: /rel="next"/ },
  { name: "res.attachment", steps: [get("/attachment")], status: [200], shows: /content-disposition: attachment/ },
  { name: "res.download", steps: [get("/download")], status: [200], shows: /renamed\.txt/ },
  {
    name: "res.sendFile",
    steps: [get("/send-file"), get("/send-file", { Range: "bytes=0-9" }), ask("HEAD", "/send-file"), get("/send-missing")],
    status: [200, 206, 200, 404],
    shows: /immutable/,
  },
  { name: "res.jsonp", steps: [get("/jsonp?callback=cb"), get("/jsonp")], status: [200, 200], shows: /cb\(/ },
  { name: "res.sendStatus", steps: [get("/send-status")], status: [202], shows: /Accepted/ },
  { name: "res.clearCookie", steps: [get("/clear-cookie")], status: [200], shows: /set-cookie: a=;/ },
  {
    name: "req.fresh",
    steps: [get("/fresh"), get("/fresh", { "If-None-Match": '"v1"' })],
    status: [200, 304],
    shows: /fresh false/,
  },
  {
    name: "req.is, req.xhr, req.acceptsLanguages",
    steps: [{
      path: "/is",
      body: "{}",
      fields: [["Content-Type", "application/json"], ["X-Requested-With", "XMLHttpRequest"], ["Accept-Language", "en;q=0.9, de"]],
    }],
    status: [200],
    shows: /"xhr":true,"accepts":"de"/,
  },
  { name: "req.range", steps: [get("/range", { Range: "bytes=0-5,9-" })], status: [200], shows: /"end":5/ },
  { name: "req.ip and req.protocol", steps: [get("/who", FORWARDED)], status: [200], shows: /127\.0\.0\.1/ },
  {
    name: "trust proxy",
    steps: [get("/trusting", FORWARDED), get("/trusting")],
    status: [200, 200],
    shows: /"ip":"203\.0\.113\.7"[^]*"secure":true,"hostname":"a\.b\.public\.test"/,
  },
  {
    name: "hosts",
    steps: ["one.test", "two.test:8000", "three.test"].map((host) => ({ path: "/vhost", host })),
    status: [200, 200, 200],
    shows: /first host[^]*second host[^]*another host/,
  },
  { name: "a handler of errors", steps: [get("/handled")], status: [409], shows: /own text/ },
  { name: "an error with a status and fields", steps: [get("/known-error")], status: [422], shows: /x-why: because/ },
  { name: "an error in JSON", steps: [send("POST", "/json", '{"a":', { "Content-Type": "application/json" })], status: [400] },
  {
    name: "JSON that is too large",
    steps: [{
      method: "POST",
      path: "/json",
      body: JSON.stringify("x".repeat(2_200_000)),
      fields: [["Content-Type", "application/json"]],
    }],
    status: [413],
  },
];
