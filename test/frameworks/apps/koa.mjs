// Koa: https://koajs.com
import Router from "@koa/router";
import busboy from "busboy";
import Koa from "koa";
import bodyParser from "koa-bodyparser";
import compress from "koa-compress";
import session from "koa-session";
import statics from "koa-static";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { listenHttp } from "./http-listen.mjs";
import * as shared from "./shared.mjs";

export const app = new Koa({ keys: ["a secret"] });
app.silent = true;
const router = new Router();
const left = new shared.Lines();
const lines = new shared.Lines();

app.use(async (ctx, next) => {
  ctx.set("X-Order", "before");
  await next();
  ctx.append("X-Order", "after");
});
app.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/static/")) return await next();
  ctx.path = ctx.path.slice("/static".length);
  await statics(shared.FILES)(ctx, next);
});
app.use(async (ctx, next) => {
  if (ctx.path === "/override") ctx.method = ctx.get("X-HTTP-Method-Override") || ctx.method;
  await next();
});
app.use(async (ctx, next) => {
  await next();
  if (ctx.path === "/logged") {
    ctx.res.on("finish", () => lines.add(`${ctx.ip} ${ctx.method} ${ctx.originalUrl} ${ctx.status} ${ctx.response.length}`));
  }
});
app.use(async (ctx, next) => ctx.path === "/compressed" ? await compress()(ctx, next) : await next());
app.use(session({ signed: true }, app));

router.get("/", (ctx) => ctx.body = "home");
router.get("/params/:first/:second", (ctx) => ctx.body = ctx.params);
router.get("/wild/*rest", (ctx) => ctx.body = { rest: ctx.params.rest });
router.get("/query", (ctx) => ctx.body = ctx.query);
const json = bodyParser({ jsonLimit: "2mb" });
router.post("/json", json, (ctx) => ctx.body = { got: ctx.request.body });
router.post("/json-size", json, (ctx) => ctx.body = { items: ctx.request.body.items.length });
router.get("/big-json", (ctx) => ctx.body = shared.BIG);
router.post("/form", json, (ctx) => ctx.body = ctx.request.body);
router.post("/upload", async (ctx) => {
  const form = { fields: {}, files: [] };
  await new Promise((resolve, reject) => {
    const waiting = [];
    const parser = busboy({ headers: ctx.headers });
    parser.on("field", (name, value) => form.fields[name] = value);
    parser.on(
      "file",
      (field, file, { filename, mimeType }) =>
        waiting.push(buffer(file).then((bytes) => form.files.push({ field, name: filename, type: mimeType, bytes }))),
    );
    parser.on("close", () => Promise.all(waiting).then(resolve, reject)).on("error", reject);
    ctx.req.pipe(parser);
  });
  ctx.body = { fields: form.fields, files: shared.describeFiles(form.files) };
});
router.get("/cookies", (ctx) => {
  ctx.cookies.set("a", "1", { sameSite: "lax" });
  ctx.cookies.set("b", "two-words", { httpOnly: false });
  ctx.body = { seen: ctx.cookies.get("seen"), long: ctx.cookies.get("long") };
});
router.get("/redirect", (ctx) => ctx.redirect("/elsewhere"));
router.post("/redirect", (ctx) => {
  ctx.status = 303;
  ctx.redirect("/elsewhere?from=post");
});
router.get("/throw", () => {
  throw new Error("thrown");
});
router.get("/reject", async () => {
  await shared.tick();
  throw new Error("rejected");
});
router.get("/status", (ctx) => {
  ctx.set({ "X-One": "1", "X-Many": ["a", "b"] });
  ctx.status = 418;
  ctx.body = "short and stout";
});
router.get("/no-content", (ctx) => ctx.status = 204);
router.get("/not-modified", (ctx) => {
  ctx.set("ETag", '"fixed"');
  ctx.status = 304;
});
router.all("/cors", (ctx) => {
  if (ctx.get("Origin") === "http://elsewhere.test") ctx.set("Access-Control-Allow-Origin", ctx.get("Origin"));
  ctx.vary("Origin");
  if (ctx.method !== "OPTIONS") return ctx.body = "shared";
  ctx.set("Access-Control-Allow-Methods", "GET, PUT");
  ctx.status = 204;
});
router.get("/compressed", (ctx) => ctx.body = shared.LONG_TEXT);
router.get("/stream", (ctx) => {
  ctx.type = "text";
  ctx.body = Readable.from(shared.parts(["one,", "two,", "three"]));
});
router.get(
  "/stream-broken",
  (ctx) => ctx.body = Readable.from(shared.parts(["begun"], new Error("broken")), { objectMode: false }),
);
router.get("/sse", (ctx) => {
  ctx.type = "text/event-stream";
  ctx.body = Readable.from(shared.parts(shared.EVENTS));
});
router.get("/endless", (ctx) => {
  ctx.type = "text/event-stream";
  ctx.body = Readable.fromWeb(shared.endless(() => left.add("left")));
});
router.get("/left", async (ctx) => ctx.body = await left.take());
router.get("/binary", (ctx) => ctx.body = Buffer.from(shared.ALL_BYTES));
router.put("/echo", async (ctx) => {
  const bytes = await buffer(ctx.req);
  ctx.type = "application/octet-stream";
  ctx.body = bytes;
});
router.put("/echo-stream", (ctx) => {
  ctx.type = "application/octet-stream";
  ctx.body = ctx.req;
});
router.get("/auth", (ctx) => {
  if (!shared.isAdmin(ctx.get("Authorization"))) {
    ctx.throw(401, "who are you?", { headers: { "WWW-Authenticate": 'Basic realm="tests"' } });
  }
  ctx.body = "welcome";
});
router.get("/negotiate", (ctx) => {
  const type = ctx.accepts("html", "json");
  if (type === false) ctx.throw(406);
  ctx.body = type === "html" ? "<p>hello</p>" : { hello: true };
});
router.get("/charset", (ctx) => {
  ctx.set("Content-Type", "text/plain; charset=iso-8859-1");
  ctx.body = Buffer.from(shared.LATIN1);
});
router.post("/override", (ctx) => ctx.body = "posted");
router.delete("/override", (ctx) => ctx.body = "deleted");
router.get("/headers", (ctx) => ctx.body = { headers: ctx.headers, raw: ctx.req.rawHeaders });
router.all("/method", (ctx) => ctx.body = { method: ctx.method });
router.get("/url", (ctx) => ctx.body = { url: ctx.url, href: ctx.href, origin: ctx.origin, path: ctx.path, search: ctx.search });
router.get("/session", (ctx) => {
  ctx.session.count = (ctx.session.count ?? 0) + 1;
  ctx.body = { count: ctx.session.count };
});
router.get("/secured", (ctx) => {
  ctx.set({ "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY" });
  ctx.body = "secured";
});
router.get("/logged", (ctx) => ctx.body = "logged");
router.get("/log", async (ctx) => ctx.body = await lines.take());
router.all("/proxy/*rest", async (ctx) => {
  const body = ctx.method === "GET" ? undefined : await buffer(ctx.req);
  const answer = await fetch(`${await shared.upstreamUrl()}${ctx.url}`, {
    method: ctx.method,
    body,
    headers: { "x-asked": ctx.host },
  });
  ctx.status = answer.status;
  ctx.type = answer.headers.get("Content-Type");
  ctx.body = Readable.fromWeb(answer.body);
});
router.get("/large-field", (ctx) => {
  ctx.set("X-Large", "v".repeat(6_000));
  ctx.body = "large";
});
router.get("/unicode", (ctx) => ctx.body = "Grüße, 世界 🎉");

// What Koa documents beside that.
router.get("/ctx-throw", (ctx) => ctx.throw(403, "not you", { user: "x" }));
router.get("/ctx-throw-500", (ctx) => ctx.throw(500, "never shown"));
router.get("/ctx-assert", (ctx) => ctx.assert(ctx.query.user, 401, "no user"));
router.get("/respond-false", (ctx) => {
  ctx.respond = false;
  ctx.res.writeHead(202, { "Content-Type": "text/plain" });
  ctx.res.end("by hand");
});
router.get("/null-body", (ctx) => ctx.body = null);
router.get("/empty-body", (ctx) => ctx.body = "");
router.get("/html-body", (ctx) => ctx.body = "  <b>looks like HTML</b>");
router.get("/length", (ctx) => {
  ctx.body = "to be measured";
  ctx.set("X-Length", `${ctx.length}`);
});
router.get("/fresh", (ctx) => {
  ctx.body = "fresh";
  ctx.etag = "v1";
  ctx.lastModified = new Date("2026-01-01T00:00:00Z");
  if (ctx.fresh) ctx.status = 304;
});
router.get("/error-event", () => {
  throw Object.assign(new Error("exposed"), { status: 422, expose: true });
});
router.get("/not-an-error", () => {
  throw "a string";
});
router.get("/message", (ctx) => {
  ctx.status = 200;
  ctx.message = "Very OK";
  ctx.body = "reason";
});
router.get("/attachment", (ctx) => {
  ctx.attachment("Grüße.txt");
  ctx.body = "attached";
});
router.get("/is", (ctx) => ctx.body = { is: ctx.is("json", "urlencoded"), languages: ctx.acceptsLanguages(["de", "en"]) });
router.get(
  "/who",
  (ctx) =>
    ctx.body = { ip: ctx.ip, ips: ctx.ips, protocol: ctx.protocol, host: ctx.host, hostname: ctx.hostname, secure: ctx.secure },
);
router.get(
  "/web-response",
  (ctx) => ctx.body = new Response("from a Response", { status: 203, headers: { "X-Web": "yes", "Content-Type": "text/plain" } }),
);
router.get("/web-stream", (ctx) => ctx.body = shared.streamOf(["web ", "stream"]));
router.get("/blob", (ctx) => ctx.body = new Blob(["blob"], { type: "text/x-blob" }));
router.get("/flush", async (ctx) => {
  ctx.type = "text/plain";
  ctx.status = 200;
  ctx.flushHeaders();
  ctx.body = Readable.from(shared.parts(["flushed ", "first"]));
});
router.get("named", "/named/:id", (ctx) => ctx.body = router.url("named", { id: 7 }));
const nested = new Router({ prefix: "/nested" });
nested.param("id", (id, ctx, next) => {
  ctx.state.id = Number(id);
  return next();
}).get("/:id", (ctx) => ctx.body = { id: ctx.state.id });
router.use(nested.routes());

app.use(router.routes()).use(router.allowedMethods());

export const listen = () => listenHttp(app.callback());
