// Fastify: https://fastify.dev
import compress from "@fastify/compress";
import cookie from "@fastify/cookie";
import multipart from "@fastify/multipart";
import statics from "@fastify/static";
import fastify from "fastify";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import * as shared from "./shared.mjs";

export const app = fastify({ bodyLimit: 2 * 1024 * 1024, trustProxy: false, logger: false });
const left = new shared.Lines();
const lines = new shared.Lines();

await app.register(cookie, { secret: "a secret" });
await app.register(multipart);
await app.register(statics, { root: shared.FILES, prefix: "/static/", index: "index.html" });
await app.register(compress, { global: false });

app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, done) => {
  done(null, Object.fromEntries(new URLSearchParams(body)));
});
app.addContentTypeParser("*", (_request, payload, done) => done(null, payload));

app.get("/", async () => "home");
app.get("/params/:first/:second", async (request) => request.params);
app.get("/wild/*", async (request) => ({ rest: request.params["*"] }));
app.get("/query", async (request) => request.query);
app.post("/json", async (request) => ({ got: request.body }));
app.post("/json-size", async (request) => ({ items: request.body.items.length }));
app.get("/big-json", async () => shared.BIG);
app.post("/form", async (request) => request.body);
app.post("/upload", async (request) => {
  const fields = {};
  const files = [];
  for await (const part of request.parts()) {
    if (part.type !== "file") fields[part.fieldname] = part.value;
    else files.push({ field: part.fieldname, name: part.filename, type: part.mimetype, bytes: await part.toBuffer() });
  }
  return { fields, files: shared.describeFiles(files) };
});
app.get("/cookies", async (request, reply) => {
  reply.setCookie("a", "1", { path: "/", httpOnly: true, sameSite: "lax" }).setCookie("b", "two words", { secure: true });
  return request.cookies;
});
app.get("/redirect", async (_request, reply) => reply.redirect("/elsewhere"));
app.post("/redirect", async (_request, reply) => reply.redirect("/elsewhere?from=post", 303));
app.get("/throw", () => {
  throw new Error("thrown");
});
app.get("/reject", async () => {
  await shared.tick();
  throw new Error("rejected");
});
app.get(
  "/status",
  async (_request, reply) => reply.code(418).header("X-One", "1").header("X-Many", ["a", "b"]).send("short and stout"),
);
app.get("/no-content", async (_request, reply) => reply.code(204).send());
app.get("/not-modified", async (_request, reply) => reply.code(304).header("ETag", '"fixed"').send());
app.register(async (scope) => {
  scope.addHook("onRequest", async (request, reply) => {
    if (request.headers.origin !== "http://elsewhere.test") return;
    reply.header("Access-Control-Allow-Origin", request.headers.origin).header("Vary", "Origin");
    if (request.method === "OPTIONS") return reply.header("Access-Control-Allow-Methods", "GET, PUT").code(204).send();
  });
  scope.get("/cors", async () => "shared");
  scope.options("/cors", async () => "");
});
app.get(
  "/compressed",
  { compress: { threshold: 1_024 } },
  async (_request, reply) => reply.type("text/plain").send(shared.LONG_TEXT),
);
app.get(
  "/stream",
  async (_request, reply) => reply.type("text/plain").send(Readable.from(shared.parts(["one,", "two,", "three"]))),
);
app.get("/stream-broken", async (_request, reply) => reply.send(Readable.from(shared.parts(["begun"], new Error("broken")))));
app.get("/sse", async (_request, reply) => reply.type("text/event-stream").send(Readable.from(shared.parts(shared.EVENTS))));
app.get("/endless", async (_request, reply) => reply.type("text/event-stream").send(shared.endless(() => left.add("left"))));
app.get("/left", async () => await left.take());
app.get("/binary", async (_request, reply) => reply.send(Buffer.from(shared.ALL_BYTES)));
app.put("/echo", async (request, reply) => {
  const bytes = request.body === undefined ? Buffer.alloc(0) : await buffer(request.body);
  return reply.type("application/octet-stream").send(bytes);
});
app.put("/echo-stream", async (request, reply) => reply.type("application/octet-stream").send(request.body));
app.get("/auth", {
  onRequest: async (request, reply) => {
    if (shared.isAdmin(request.headers.authorization)) return;
    return reply.code(401).header("WWW-Authenticate", 'Basic realm="tests"').send("who are you?");
  },
}, async () => "welcome");
app.get("/negotiate", async (request, reply) => {
  const { accept = "" } = request.headers;
  if (accept.startsWith("text/html")) return reply.type("text/html").send("<p>hello</p>");
  if (accept.includes("json")) return { hello: true };
  return reply.code(406).send();
});
app.get(
  "/charset",
  async (_request, reply) => reply.header("Content-Type", "text/plain; charset=iso-8859-1").send(Buffer.from(shared.LATIN1)),
);
app.post("/override", async (request) => request.headers["x-http-method-override"] === "DELETE" ? "deleted" : "posted");
app.get("/headers", async (request) => ({ headers: request.headers, raw: request.raw.rawHeaders }));
app.all("/method", async (request) => ({ method: request.method }));
app.all("/url", async (request) => ({ url: request.url, original: request.originalUrl, route: request.routeOptions.url }));
app.get("/session", async (request, reply) => {
  const { value } = request.unsignCookie(request.cookies.count ?? "");
  const count = Number(value ?? 0) + 1;
  reply.setCookie("count", `${count}`, { signed: true });
  return { count };
});
app.get("/secured", {
  onSend: async (_request, reply, payload) => {
    reply.header("X-Content-Type-Options", "nosniff").header("X-Frame-Options", "DENY");
    return payload;
  },
}, async () => "secured");
app.get("/logged", {
  onResponse: async (request, reply) => {
    lines.add(`${request.ip} ${request.method} ${request.url} ${reply.statusCode} ${reply.getHeader("content-length")}`);
  },
}, async () => "logged");
app.get("/log", async () => await lines.take());
app.all("/proxy/*", async (request, reply) => {
  const body = request.body === undefined || request.body === null ? undefined : request.body;
  const answer = await fetch(`${await shared.upstreamUrl()}${request.url}`, {
    method: request.method,
    body,
    headers: { "x-asked": request.host },
  });
  return reply.code(answer.status).type(answer.headers.get("Content-Type")).send(answer.body);
});
app.get("/large-field", async (_request, reply) => reply.header("X-Large", "v".repeat(6_000)).send("large"));
app.get("/unicode", async () => "Grüße, 世界 🎉");

// What Fastify documents beside that.
const schema = {
  querystring: { type: "object", properties: { age: { type: "integer", minimum: 1 } }, required: ["age"] },
  response: { 200: { type: "object", properties: { age: { type: "integer" } } } },
};
app.get("/validated", { schema }, async (request) => ({ age: request.query.age, dropped: true }));
app.get("/optional/:name?", async (request) => `optional ${request.params.name ?? "none"}`);
app.get("/pattern/:year(^\\d{4}$)/:file.png", async (request) => request.params);
app.get("/constrained", { constraints: { version: "2.1.0" } }, async () => "version 2");
app.get("/constrained", async () => "no version");
app.get("/hosts", { constraints: { host: "one.test" } }, async () => "first host");
app.get("/hosts", async (request) => `other host ${request.hostname}`);
app.register(async (scope) => {
  scope.decorateRequest("user", null);
  scope.addHook("preHandler", async (request) => {
    request.user = "scoped";
  });
  scope.setErrorHandler(async (error, _request, reply) => reply.code(409).send({ own: error.message }));
  scope.setNotFoundHandler(async (_request, reply) => reply.code(404).send("own not found"));
  scope.get("/user", async (request) => ({ user: request.user }));
  scope.get("/fails", async () => {
    throw new Error("handled here");
  });
}, { prefix: "/scope" });
app.get("/hooks", {
  onRequest: async (request) => {
    request.order = ["onRequest"];
  },
  preParsing: async (request) => {
    request.order.push("preParsing");
  },
  preValidation: async (request) => {
    request.order.push("preValidation");
  },
  preHandler: async (request) => {
    request.order.push("preHandler");
  },
  preSerialization: async (request, _reply, payload) => {
    request.order.push("preSerialization");
    return { ...payload, order: request.order };
  },
}, async () => ({ handled: true }));
app.get("/callback", (_request, reply) => {
  setImmediate(() => reply.send({ callback: true }));
});
app.get("/hijacked", (_request, reply) => {
  reply.hijack();
  reply.raw.writeHead(202, { "Content-Type": "text/plain" });
  reply.raw.end("hijacked");
});
app.get("/http-error", async () => {
  throw Object.assign(new Error("gone for good"), { statusCode: 410, code: "OWN_CODE" });
});
app.get("/not-found", async (_request, reply) => reply.callNotFound());
app.get(
  "/web-response",
  async () => new Response("from a Response", { status: 203, headers: { "X-Web": "yes", "Content-Type": "text/plain" } }),
);
app.get("/web-stream", async (_request, reply) => reply.type("text/plain").send(shared.streamOf(["web ", "stream"])));
app.get("/send-file", async (_request, reply) => reply.sendFile("bytes.bin"));
app.get("/trailers", async (_request, reply) => {
  reply.trailer("X-Sum", (_reply, _payload, done) => done(null, "42"));
  return "with trailers";
});
app.get("/hints", async (_request, reply) => {
  await new Promise((resolve) => reply.raw.writeEarlyHints({ link: "</style.css>; rel=preload; as=style" }, resolve));
  return "hinted";
});
app.get(
  "/who",
  async (request) => ({
    ip: request.ip,
    protocol: request.protocol,
    host: request.host,
    hostname: request.hostname,
    port: request.port,
  }),
);
app.get(
  "/serializer",
  async (_request, reply) => reply.type("application/x-own").serializer((value) => `own:${value.a}`).send({ a: 1 }),
);
app.get("/links", async (_request, reply) => {
  reply.headers({ "X-A": "1", "X-B": "2" }).removeHeader("X-B");
  return { has: reply.hasHeader("X-A"), sent: reply.sent };
});

export async function listen() {
  await app.listen({ port: 0, host: "127.0.0.1" });
  return app.server.address().port;
}
