import type { Difference } from "./scenario.ts";

const ALL = ["node", "bun", "deno"] as const;
const FETCH = ["hono", "elysia", "h3"] as const;
const ON_NODE_HTTP = ["express", "express4", "koa", "fastify", "nest"] as const;
const HEADS = [
  "HEAD of what is not routed",
  "HEAD",
  "HEAD of a large answer",
  "text that is not ASCII",
  "HEAD of an error",
] as const;
const UNREAD = [
  "a body of 1 MB, echoed",
  "an upload that is echoed as a stream",
  "a body that nobody reads, and the next request",
] as const;
const EVERYTHING: readonly RegExp[] = [/./];
const KNOWN_LENGTH: readonly RegExp[] = [/^- transfer-encoding: chunked$/, /^\+ content-length: \d+$/];
const COLLECTED: readonly RegExp[] = [/^- content-length: \d+$/, /^\+ transfer-encoding: chunked$/];

const SPOILT =
  "Node spoils a Content-Disposition that is not ASCII where the length is known, and Bun's rendering of heads as text does the same";

/** Where we and usual servers answer differently, and why. One that does not show any more fails. */
export const DIFFERENCES: readonly Difference[] = [
  // Frameworks on node:http.
  {
    frameworks: ON_NODE_HTTP,
    runtimes: ["bun"],
    scenarios: ["HTTP/1.0 that is kept alive"],
    lines: EVERYTHING,
    reason: "Bun closes every connection of HTTP/1.0",
  },
  {
    frameworks: ["express", "express4"],
    runtimes: ALL,
    scenarios: ["what is known of an answer before and after"],
    lines: [/^[-+] (?:content-length: 4|etag: |content \[\[(?:true|false),"1\.1",false,false,true,true,true,200\]\])/],
    reason: "a request without content is complete when we pass it on, and a moment later in node:http",
  },
  {
    frameworks: ["express", "express4"],
    runtimes: ["node", "deno"],
    scenarios: ["the socket"],
    lines: [/^[-+] (?:content-length: 1|etag: |content \{"remoteAddress":"127)/],
    reason: "encrypted is false on our sockets without TLS, and not there in node:net",
  },
  {
    frameworks: ["express4"],
    runtimes: ["bun"],
    scenarios: ["res.attachment"],
    lines: [/^[-+] content-disposition: attachment; filename="/],
    reason: SPOILT,
  },
  {
    frameworks: ["koa"],
    runtimes: ["bun"],
    scenarios: ["ctx.attachment"],
    lines: [/^[-+] content-disposition: attachment; filename="/],
    reason: SPOILT,
  },
  // Frameworks on fetch: framing and reasons.
  {
    frameworks: [...FETCH, "itty"],
    runtimes: ["node"],
    lines: KNOWN_LENGTH,
    reason: "@hono/node-server and srvx stream what they cannot take out of a Response; we know the length of what is no stream",
  },
  {
    frameworks: ["hono", "elysia"],
    runtimes: ["deno"],
    lines: KNOWN_LENGTH,
    reason: "Deno.serve sends every stream in chunks; of one that ends at once we know the length",
  },
  {
    frameworks: ["h3", "elysia"],
    runtimes: ["bun"],
    lines: COLLECTED,
    reason: "Bun.serve collects short streams longer than we do",
  },
  {
    frameworks: ["h3", "elysia"],
    runtimes: ["node"],
    lines: [/^- reason $/, /^\+ reason .+$/],
    reason: "srvx sends no reason phrase",
  },
  {
    frameworks: FETCH,
    runtimes: ["bun", "deno"],
    lines: [/^[-+] reason /],
    reason: "reason phrases mean nothing: ours are the application's or RFC 9110's",
  },
  {
    frameworks: ["hono"],
    runtimes: ["node"],
    scenarios: ["a Response with a reason", "a limit of the body", "a limit of a body in chunks"],
    lines: [/^[-+] reason /],
    reason: "reason phrases mean nothing: ours are the application's or RFC 9110's",
  },
  {
    frameworks: ["itty"],
    runtimes: ["deno"],
    scenarios: ["a status, and a field with two values"],
    lines: [/^[-+] reason /],
    reason: "reason phrases mean nothing: ours are RFC 9110's",
  },
  // Frameworks on fetch: what usual servers lose.
  {
    frameworks: ["hono"],
    runtimes: ["deno"],
    scenarios: [...HEADS, "HEAD of a stream", "a file's HEAD", "HEAD of what would be compressed"],
    lines: [/^- content-length: 0$/],
    reason: "Deno.serve answers HEAD with a length of 0 when the framework took the body away",
  },
  {
    frameworks: ["hono"],
    runtimes: ["bun"],
    scenarios: [...HEADS, "HEAD of a stream", "a file's HEAD"],
    lines: [/^- content-length: 0$/, /^\+ content-type: text\/plain; charset=utf-8$/],
    reason: "Bun.serve answers HEAD with a length of 0 when the framework took the body away",
  },
  {
    frameworks: ["h3"],
    runtimes: ["bun", "deno"],
    scenarios: [...HEADS, "HEAD of a stream", "HEAD of what would be compressed"],
    lines: [/^- content-length: 0$/],
    reason: "Bun.serve and Deno.serve answer HEAD with a length of 0 when the framework took the body away",
  },
  {
    frameworks: ["hono"],
    runtimes: ["node"],
    lines: [/^- content-type: text\/plain; charset=utf-8$/],
    reason: "@hono/node-server calls text what has no type; we send what the Response says",
  },
  {
    frameworks: ["itty"],
    runtimes: ["node"],
    scenarios: ["a stream"],
    lines: [/^- content-type: text\/plain; charset=utf-8$/],
    reason: "@hono/node-server calls text what has no type; we send what the Response says",
  },
  {
    frameworks: ["hono"],
    runtimes: ["node"],
    scenarios: ["a Blob"],
    lines: [/^\+ content-type: text\/x-blob$/],
    reason: "@hono/node-server loses a Blob's type",
  },
  {
    frameworks: FETCH,
    runtimes: ["bun"],
    lines: [/^- content-type: application\/octet-stream$/, /^\+ content-type: text\/plain; charset=utf-8$/],
    reason:
      "Bun's Response of a text has no type, and Bun.serve calls it binary, also where there is no content; ours has the standard's",
  },
  {
    frameworks: FETCH,
    runtimes: ["bun"],
    scenarios: ["HTTP/1.0 that is kept alive", "pipelined requests"],
    lines: EVERYTHING,
    reason: "Bun.serve closes every connection of HTTP/1.0, and breaks a stream off when another request waits behind it",
  },
  {
    frameworks: FETCH,
    runtimes: ["deno"],
    scenarios: UNREAD,
    lines: EVERYTHING,
    reason: "Deno.serve closes connections after large or unread content",
  },
  {
    frameworks: ["hono"],
    runtimes: ["deno"],
    scenarios: ["a limit of the body"],
    lines: EVERYTHING,
    reason: "Deno.serve closes connections after large or unread content",
  },
  {
    frameworks: ["hono"],
    runtimes: ["bun"],
    scenarios: ["gzip", "no compression", "HEAD of what would be compressed"],
    lines: EVERYTHING,
    reason: "Hono compresses by the type of a Response, and Bun's has none for a text",
  },
  {
    frameworks: ["hono", "elysia"],
    runtimes: ["bun"],
    scenarios: ["a binary file"],
    lines: [/^- content-disposition: filename="bytes\.bin"$/],
    reason: "Bun.serve tells the name of a file that is no text",
  },
  // h3.
  {
    frameworks: ["h3"],
    runtimes: ["node"],
    scenarios: ["the URL as the application sees it"],
    lines: [/^[-+] content(?:-length: 7|  ?\{"url":"http:\/\/example\.test\/url\?","path")/],
    reason: "srvx's URL keeps an empty query; by the standard there is none",
  },
  {
    frameworks: ["h3"],
    runtimes: ALL,
    scenarios: ["the client's address"],
    lines: [/^[-+] content(?:-length: |  ?\{"ip":)/],
    reason: "h3 asks the Request of srvx for the address; ours is told by the second argument",
  },
  // Elysia.
  {
    frameworks: ["elysia"],
    runtimes: ["bun"],
    lines: [/^- content-type: application\/json; charset=utf-8$/, /^\+ content-type: application\/json$/],
    reason: "Elysia's fetch says application/json; what it gives to Bun.serve's own routes is made by Bun",
  },
  {
    frameworks: ["elysia"],
    runtimes: ["bun"],
    scenarios: [
      "router parameters",
      "parameters with percent-encoding",
      "a broken percent-encoding in a parameter",
      "three requests on a connection",
    ],
    lines: [/^[-+] content(?:-length: 2|  ?\{)/],
    reason: "Elysia routes by Bun.serve's own routes there, and its own router names parameters in another order",
  },
  {
    frameworks: ["elysia"],
    runtimes: ["bun"],
    scenarios: ["HEAD of a stream", "HEAD of what would be compressed"],
    lines: KNOWN_LENGTH,
    reason: "Elysia reads the stream to answer HEAD, and Bun.serve's own routes do not",
  },
  {
    frameworks: ["elysia"],
    runtimes: ["bun"],
    scenarios: ["a value instead of a handler"],
    lines: [/^- etag: /],
    reason: "Bun.serve's own routes tag answers that never change",
  },
  {
    frameworks: ["elysia"],
    runtimes: ["deno"],
    scenarios: ["a value instead of a handler"],
    lines: [/^\+ content-type: text\/plain$/],
    reason: "what Elysia prepares of a fixed value has no type with Deno's own Response",
  },
  {
    frameworks: ["elysia"],
    runtimes: ["deno"],
    scenarios: ["a generator", "sse"],
    lines: EVERYTHING,
    reason: "Elysia streams text, which Deno's own Response refuses",
  },
  {
    frameworks: ["elysia"],
    runtimes: ["deno"],
    scenarios: ["204 without a body"],
    lines: EVERYTHING,
    reason: "Elysia gives an empty text to a Response of 204, which Deno's own refuses",
  },
  {
    frameworks: ["elysia"],
    runtimes: ["node"],
    scenarios: ["numbers, true, nothing"],
    lines: [/^\+ content-type: text\/plain; charset=utf-8$/],
    reason: "srvx's Response of an empty text has no type",
  },
  {
    frameworks: ["elysia"],
    runtimes: ["node"],
    scenarios: ["a Blob"],
    lines: [/^- content-length: 4$/],
    reason: "srvx sends a length beside chunks, which RFC 9112 section 6.2 forbids",
  },
];
