// Hono: https://hono.dev
import { Hono } from "hono";
import { accepts } from "hono/accepts";
import { basicAuth } from "hono/basic-auth";
import { bodyLimit } from "hono/body-limit";
import { compress } from "hono/compress";
import { getCookie, getSignedCookie, setCookie, setSignedCookie } from "hono/cookie";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";
import { logger } from "hono/logger";
import { methodOverride } from "hono/method-override";
import { proxy } from "hono/proxy";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { stream, streamSSE, streamText } from "hono/streaming";
import { timeout } from "hono/timeout";
import { trimTrailingSlash } from "hono/trailing-slash";
import * as shared from "./shared.mjs";

const { serveStatic } = await import(
  process.versions.bun ? "hono/bun" : process.versions.deno ? "hono/deno" : "@hono/node-server/serve-static"
);

export const app = new Hono();
const left = new shared.Lines();
const lines = new shared.Lines();

app.get("/", (c) => c.text("home"));
app.get("/params/:first/:second", (c) => c.json(c.req.param()));
app.get("/wild/*", (c) => c.json({ rest: c.req.path.slice("/wild/".length) }));
app.get("/query", (c) => c.json(c.req.queries()));
app.post("/json", async (c) => c.json({ got: await c.req.json() }));
app.post("/json-size", async (c) => c.json({ items: (await c.req.json()).items.length }));
app.get("/big-json", (c) => c.json(shared.BIG));
app.post("/form", async (c) => c.json(await c.req.parseBody({ all: true })));
app.post("/upload", async (c) => c.json(await shared.describeForm(await c.req.formData())));
app.get("/cookies", (c) => {
  setCookie(c, "a", "1", { path: "/", httpOnly: true, sameSite: "Lax" });
  setCookie(c, "b", "two words", { maxAge: 60, secure: true });
  return c.json(getCookie(c));
});
app.get("/redirect", (c) => c.redirect("/elsewhere"));
app.post("/redirect", (c) => c.redirect("/elsewhere?from=post", 303));
app.get("/throw", () => {
  throw new Error("thrown");
});
app.get("/reject", async () => {
  await shared.tick();
  throw new Error("rejected");
});
app.get("/status", (c) => {
  c.header("X-One", "1");
  c.header("X-Many", "a", { append: true });
  c.header("X-Many", "b", { append: true });
  return c.text("short and stout", 418);
});
app.get("/no-content", (c) => c.body(null, 204));
app.get("/not-modified", (c) => c.body(null, 304, { ETag: '"fixed"' }));
app.use("/cors", cors({ origin: "http://elsewhere.test", credentials: true, exposeHeaders: ["X-One"], maxAge: 600 }));
app.get("/cors", (c) => c.text("shared"));
app.get("/compressed", compress(), (c) => c.text(shared.LONG_TEXT));
app.use("/static/*", serveStatic({ root: shared.FILES, rewriteRequestPath: (path) => path.replace(/^\/static/, "") }));
app.get("/stream", (c) =>
  stream(c, async (out) => {
    for await (const part of shared.parts(["one,", "two,", "three"])) await out.write(part);
  }));
app.get("/stream-text", (c) =>
  streamText(c, async (out) => {
    for await (const part of shared.parts(["first", "second"])) await out.writeln(part);
  }));
app.get("/stream-broken", () => new Response(shared.streamOf(["begun"], new Error("broken"))));
app.get("/sse", () => new Response(shared.streamOf(shared.EVENTS), { headers: { "Content-Type": "text/event-stream" } }));
app.get("/sse-helper", (c) =>
  streamSSE(c, async (out) => {
    for (let id = 1; id <= 3; id++) {
      await out.writeSSE({ id: `${id}`, event: "count", data: `line ${id}\nand more` });
      await out.sleep(2);
    }
  }));
app.get(
  "/endless",
  () => new Response(shared.endless(() => left.add("left")), { headers: { "Content-Type": "text/event-stream" } }),
);
app.get("/left", async (c) => c.json(await left.take()));
app.get("/binary", (c) => c.body(shared.ALL_BYTES));
app.put("/echo", async (c) => c.body(await c.req.arrayBuffer(), 200, { "Content-Type": "application/octet-stream" }));
app.put("/echo-stream", (c) => c.body(c.req.raw.body, 200, { "Content-Type": "application/octet-stream" }));
app.get("/auth", basicAuth({ username: "admin", password: "secret" }), (c) => c.text("welcome"));
app.get("/negotiate", (c) => {
  const type = accepts(c, { header: "Accept", supports: ["text/html", "application/json"], default: "none" });
  if (type === "none") return c.text("Not Acceptable", 406);
  return type === "text/html" ? c.html("<p>hello</p>") : c.json({ hello: true });
});
app.get("/charset", (c) => c.body(shared.LATIN1, 200, { "Content-Type": "text/plain; charset=iso-8859-1" }));
app.use("/override", methodOverride({ app, header: "X-HTTP-Method-Override" }));
app.post("/override", (c) => c.text("posted"));
app.delete("/override", (c) => c.text("deleted"));
app.get("/headers", (c) => c.json(c.req.header()));
app.all("/method", (c) => c.json({ method: c.req.method }));
app.all("/url", (c) => c.json({ url: c.req.url, path: c.req.path }));
app.get("/session", async (c) => {
  const count = Number(await getSignedCookie(c, "a secret", "count") || 0) + 1;
  await setSignedCookie(c, "count", `${count}`, "a secret");
  return c.json({ count });
});
app.get("/secured", secureHeaders(), (c) => c.text("secured"));
app.get("/logged", logger((line) => lines.add(line.replace(/\d+m?s$/, "time"))), (c) => c.text("logged"));
app.get("/log", async (c) => c.json(await lines.take()));
app.all("/proxy/*", async (c) => {
  const { pathname, search } = new URL(c.req.url);
  return await proxy(`${await shared.upstreamUrl()}${pathname}${search}`, {
    raw: c.req.raw,
    headers: { "X-Asked": c.req.header("Host") },
  });
});
app.get("/large-field", (c) => c.text("large", 200, { "X-Large": "v".repeat(6_000) }));
app.get("/unicode", (c) => c.text("Grüße, 世界 🎉"));

// What Hono documents beside that.
app.use("/order/*", async (c, next) => {
  c.set("order", ["before 1"]);
  await next();
  c.header("X-Order", c.get("order").concat("after 1").join(", "));
});
app.use("/order/*", async (c, next) => {
  c.get("order").push("before 2");
  await next();
  c.get("order").push("after 2");
});
app.get("/order/x", (c) => c.text("handler"));
app.get("/etag", etag(), (c) => c.text("tagged"));
app.post("/limited", bodyLimit({ maxSize: 1_000 }), async (c) => c.text(`${(await c.req.text()).length}`));
app.get("/timeout", timeout(5), async (c) => {
  await new Promise((resolve) => setTimeout(resolve, 200));
  return c.text("late");
});
app.get("/exception", () => {
  throw new HTTPException(403, { message: "not you" });
});
app.get("/exception-response", () => {
  throw new HTTPException(401, { res: new Response("own", { status: 401, headers: { "WWW-Authenticate": 'Own realm="x"' } }) });
});
app.get("/not-found", (c) => c.notFound());
app.get("/optional/:name?", (c) => c.text(`optional ${c.req.param("name") ?? "none"}`));
app.get("/pattern/:year{[0-9]{4}}/:slug{[a-z]+}", (c) => c.json(c.req.param()));
app.get("/many/first", (c) => c.text("first registered")).get("/many/:which", (c) => c.text(`then ${c.req.param("which")}`));
app.on(["PURGE", "PROPFIND"], "/custom", (c) => c.text(c.req.method));
const book = new Hono().basePath("/book");
book.get("/", (c) => c.text("books")).get("/:id", (c) => c.text(`book ${c.req.param("id")}`));
book.onError((error, c) => c.text(`book error: ${error.message}`, 500));
book.get("/:id/fail", () => {
  throw new Error("torn");
});
app.route("/", book);
app.mount("/mounted", (request) => new Response(`mounted ${new URL(request.url).pathname}`));
app.get("/id", requestId({ generator: () => "generated" }), (c) => c.text(c.get("requestId")));
app.use("/trimmed/*", trimTrailingSlash({ alwaysRedirect: true }));
app.get("/trimmed/x", (c) => c.text("trimmed"));
app.get("/promise", () => Promise.resolve(new Response("plain Response", { statusText: "Very OK" })));
app.get("/clone", () => {
  const copy = new Response("cloned").clone();
  return new Response(copy.body, { headers: [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]] });
});
app.get("/blob", () => new Response(new Blob(["blob ", "parts"], { type: "text/x-blob" })));
app.get("/form-answer", () => new Response(new URLSearchParams({ a: "1", b: "two words" })));

export async function listen() {
  if (process.versions.bun) return Bun.serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }).port;
  if (process.versions.deno) return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, app.fetch).addr.port;
  const { serve } = await import("@hono/node-server");
  return await new Promise((resolve) => serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => resolve(port)));
}
