// Elysia: https://elysiajs.com
import { Elysia, file, form, redirect, sse, status, t } from "elysia";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { freePort } from "./http-listen.mjs";
import * as shared from "./shared.mjs";

function createApp(adapter) {
  const left = new shared.Lines();
  const lines = new shared.Lines();
  const octets = { "Content-Type": "application/octet-stream" };
  return new Elysia(adapter === undefined ? {} : { adapter })
    .get("/", () => "home")
    .get("/params/:first/:second", ({ params }) => params)
    .get("/wild/*", ({ params }) => ({ rest: params["*"] }))
    .get("/query", ({ query }) => query)
    .post("/json", ({ body }) => ({ got: body }))
    .post("/json-size", ({ body }) => ({ items: body.items.length }))
    .get("/big-json", () => shared.BIG)
    .post("/form", ({ body }) => body)
    .post("/upload", async ({ request }) => await shared.describeForm(await request.formData()), { parse: "none" })
    .get("/cookies", ({ cookie, headers }) => {
      cookie.a.set({ value: "1", path: "/", httpOnly: true, sameSite: "lax" });
      cookie.b.set({ value: "two words", secure: true });
      return { seen: cookie.seen.value, raw: headers.cookie };
    })
    .get("/redirect", () => redirect("http://example.test/elsewhere"))
    .post("/redirect", () => redirect("http://example.test/elsewhere?from=post", 303))
    .get("/throw", () => {
      throw new Error("thrown");
    })
    .get("/reject", async () => {
      await shared.tick();
      throw new Error("rejected");
    })
    .get("/status", ({ set }) => {
      set.headers["X-One"] = "1";
      set.headers["X-Many"] = "a, b";
      return status(418, "short and stout");
    })
    .get("/no-content", () => new Response(null, { status: 204 }))
    .get("/not-modified", () => new Response(null, { status: 304, headers: { ETag: '"fixed"' } }))
    .all("/cors", ({ request, set }) => {
      if (request.headers.get("Origin") === "http://elsewhere.test") {
        set.headers["Access-Control-Allow-Origin"] = "http://elsewhere.test";
      }
      if (request.method !== "OPTIONS") return "shared";
      return new Response(null, { status: 204, headers: { "Access-Control-Allow-Methods": "GET, PUT" } });
    })
    .get("/compressed", ({ headers }) => {
      if (!headers["accept-encoding"]?.includes("gzip")) return shared.LONG_TEXT;
      const zipped = new Blob([shared.LONG_TEXT]).stream().pipeThrough(new CompressionStream("gzip"));
      return new Response(zipped, { headers: { "Content-Encoding": "gzip", "Content-Type": "text/plain" } });
    })
    .get("/static/*", async ({ params }) => {
      const path = join(shared.FILES, decodeURIComponent(params["*"]));
      const found = path.startsWith(shared.FILES) ? await stat(path).catch(() => null) : null;
      return found?.isFile() ? file(path) : status(404, "no such file");
    })
    .get("/stream", () => new Response(shared.streamOf(["one,", "two,", "three"]), { headers: { "Content-Type": "text/plain" } }))
    .get("/stream-broken", () => new Response(shared.streamOf(["begun"], new Error("broken"))))
    .get("/sse", () => new Response(shared.streamOf(shared.EVENTS), { headers: { "Content-Type": "text/event-stream" } }))
    .get(
      "/endless",
      () => new Response(shared.endless(() => left.add("left")), { headers: { "Content-Type": "text/event-stream" } }),
    )
    .get("/left", async () => await left.take())
    .get("/binary", () => shared.ALL_BYTES)
    .put("/echo", async ({ request }) => new Response(await request.arrayBuffer(), { headers: octets }), { parse: "none" })
    .put("/echo-stream", ({ request }) => new Response(request.body, { headers: octets }), { parse: "none" })
    .get("/auth", ({ headers, set }) => {
      if (shared.isAdmin(headers.authorization)) return "welcome";
      set.headers["WWW-Authenticate"] = 'Basic realm="tests"';
      return status(401, "who are you?");
    })
    .get("/negotiate", ({ headers, set }) => {
      if (headers.accept?.startsWith("text/html")) {
        set.headers["content-type"] = "text/html; charset=utf-8";
        return "<p>hello</p>";
      }
      return headers.accept?.includes("json") ? { hello: true } : status(406, "Not Acceptable");
    })
    .get("/charset", () => new Response(shared.LATIN1, { headers: { "Content-Type": "text/plain; charset=iso-8859-1" } }))
    .post("/override", ({ headers }) => headers["x-http-method-override"] === "DELETE" ? "deleted" : "posted")
    .get("/headers", ({ headers }) => Object.fromEntries(Object.entries(headers).toSorted()))
    .all("/method", ({ request }) => ({ method: request.method }))
    .all("/url", ({ request, path }) => ({ url: request.url, path }))
    .get("/session", ({ cookie: { count } }) => {
      count.value = Number(count.value ?? 0) + 1;
      return { count: count.value };
    })
    .get("/secured", ({ set }) => {
      set.headers["X-Content-Type-Options"] = "nosniff";
      return "secured";
    })
    .get("/logged", () => "logged", { afterResponse: ({ request }) => lines.add(`GET /logged ${request.method}`) })
    .get("/log", async () => await lines.take())
    .all("/proxy/*", async ({ request }) => {
      const { pathname, search, host } = new URL(request.url);
      const body = request.method === "GET" ? undefined : await request.text();
      return await fetch(`${await shared.upstreamUrl()}${pathname}${search}`, {
        method: request.method,
        body,
        headers: { "x-asked": host },
      });
    }, { parse: "none" })
    .get("/large-field", ({ set }) => {
      set.headers["X-Large"] = "v".repeat(6_000);
      return "large";
    })
    .get("/unicode", () => "Grüße, 世界 🎉")
    // What Elysia documents beside that.
    .get("/generator", async function* () {
      yield "first ";
      await shared.tick();
      yield "second";
    })
    .get("/sse-helper", async function* () {
      for (let id = 1; id <= 3; id++) yield sse({ id, event: "count", data: { line: id } });
    })
    .get("/validated", ({ query }) => ({ age: query.age }), { query: t.Object({ age: t.Number({ minimum: 1 }) }) })
    .post("/validated", ({ body }) => body, { body: t.Object({ name: t.String({ minLength: 2 }) }) })
    .post("/file", ({ body }) => ({ title: body.title, size: body.small.size }), {
      body: t.Object({ title: t.String(), small: t.File(), large: t.File() }),
    })
    .get("/optional/:name?", ({ params }) => `optional ${params.name ?? "none"}`)
    .get("/number", () => 7)
    .get("/boolean", () => true)
    .get("/nothing", () => {})
    .get("/form-answer", () => form({ a: "1", b: "two" }))
    .get("/web-response", () => new Response("from a Response", { status: 203, headers: { "X-Web": "yes" } }))
    .get("/blob", () => new Blob(["blob"], { type: "text/x-blob" }))
    .get("/set-status", ({ set }) => {
      set.status = "Created";
      return { created: true };
    })
    .delete("/set-no-content", ({ set }) => {
      set.status = 204;
    })
    .guard(
      { beforeHandle: ({ query }) => query.key === "right" ? undefined : status(403, "closed") },
      (guarded) => guarded.get("/guarded", () => "open"),
    )
    .group("/group", (group) => group.get("/inside", () => "inside the group"))
    .use(new Elysia({ prefix: "/plugin" }).decorate("pluginName", "own").get("/name", ({ pluginName }) => pluginName))
    .use(
      new Elysia({ prefix: "/failing" }).onError(({ error, code }) => new Response(`${code}: ${error.message}`, { status: 503 }))
        .get("/x", () => {
          throw new Error("kept in");
        }),
    )
    .get("/mapped", () => ({ own: true }), {
      mapResponse: ({ responseValue }) => new Response(`mapped ${JSON.stringify(responseValue)}`),
    })
    .get("/after", () => "plain", {
      afterHandle: ({ responseValue, set }) => {
        set.headers["X-After"] = responseValue;
      },
    })
    .mount("/mounted", (request) => new Response(`mounted ${new URL(request.url).pathname}`))
    .get("/static-value", "a value, no function");
}

const { bun, deno } = process.versions;
// As Elysia's documentation tells users of Node and Deno to do.
const adapter = bun || deno ? undefined : (await import("@elysiajs/node")).node();

export const app = createApp(adapter);

export async function listen() {
  if (deno) return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, app.fetch).addr.port;
  // Its server on Node does not tell which port it got.
  const port = bun ? 0 : await freePort();
  return await new Promise((resolve) => app.listen({ port, hostname: "127.0.0.1" }, (server) => resolve(server.port)));
}
