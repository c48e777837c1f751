// h3: https://h3.dev
import {
  appendResponseHeader,
  basicAuth,
  createEventStream,
  defineHandler,
  fromNodeHandler,
  getCookie,
  getQuery,
  getRequestHeader,
  getRequestIP,
  getRequestURL,
  getRouterParams,
  H3,
  handleCors,
  html,
  HTTPError,
  HTTPResponse,
  iterable,
  noContent,
  onError,
  onRequest,
  onResponse,
  parseCookies,
  proxyRequest,
  readBody,
  redirect,
  serve,
  serveStatic,
  setCookie,
  withBase,
} from "h3";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join, normalize } from "node:path";
import { Readable } from "node:stream";
import * as shared from "./shared.mjs";

export const app = new H3();
const left = new shared.Lines();
const lines = new shared.Lines();

app.use(
  "/logged",
  onResponse((response, event) => lines.add(`${event.req.method} ${event.url.pathname}${event.url.search} ${response.status}`)),
);
app.get("/", () => "home");
app.get("/params/:first/:second", (event) => getRouterParams(event, { decode: true }));
app.get("/wild/**:rest", (event) => ({ rest: event.context.params.rest }));
app.get("/query", (event) => getQuery(event));
app.post("/json", async (event) => ({ got: await readBody(event) }));
app.post("/json-size", async (event) => ({ items: (await event.req.json()).items.length }));
app.get("/big-json", () => shared.BIG);
app.post("/form", async (event) => await readBody(event));
app.post("/upload", async (event) => await shared.describeForm(await event.req.formData()));
app.get("/cookies", (event) => {
  setCookie(event, "a", "1", { httpOnly: true, sameSite: "lax" });
  setCookie(event, "b", "two words", { secure: true });
  return { all: parseCookies(event), one: getCookie(event, "seen") };
});
app.get("/redirect", () => redirect("/elsewhere"));
app.post("/redirect", () => redirect("/elsewhere?from=post", 303));
app.get("/throw", () => {
  throw new Error("thrown");
});
app.get("/reject", async () => {
  await shared.tick();
  throw new Error("rejected");
});
app.get("/status", (event) => {
  event.res.status = 418;
  event.res.headers.set("X-One", "1");
  appendResponseHeader(event, "X-Many", "a");
  appendResponseHeader(event, "X-Many", "b");
  return "short and stout";
});
app.get("/no-content", () => noContent());
app.get("/not-modified", () => new HTTPResponse(null, { status: 304, headers: { ETag: '"fixed"' } }));
app.all("/cors", (event) => {
  const answered = handleCors(event, {
    origin: ["http://elsewhere.test"],
    methods: ["GET", "PUT"],
    credentials: true,
    preflight: { statusCode: 204 },
  });
  return answered === false ? "shared" : answered;
});
app.get("/compressed", (event) => {
  if (!event.req.headers.get("Accept-Encoding")?.includes("gzip")) return shared.LONG_TEXT;
  event.res.headers.set("Content-Encoding", "gzip");
  event.res.headers.set("Content-Type", "text/plain");
  return new Blob([shared.LONG_TEXT]).stream().pipeThrough(new CompressionStream("gzip"));
});
const fileOf = (id) => join(shared.FILES, normalize(decodeURIComponent(id)).replace(/^\/static/, ""));
app.use("/static/**", (event) =>
  serveStatic(event, {
    indexNames: ["/index.html"],
    getContents: (id) => readFile(fileOf(id)),
    getMeta: async (id) => {
      const found = await stat(fileOf(id)).catch(() => null);
      return found?.isFile() ? { size: found.size, mtime: found.mtimeMs, etag: `"${found.size}"` } : undefined;
    },
  }));
app.get("/stream", (event) => {
  event.res.headers.set("Content-Type", "text/plain");
  return shared.streamOf(["one,", "two,", "three"]);
});
app.get("/stream-broken", () => shared.streamOf(["begun"], new Error("broken")));
app.get("/sse", (event) => {
  event.res.headers.set("Content-Type", "text/event-stream");
  return shared.streamOf(shared.EVENTS);
});
app.get("/sse-helper", (event) => {
  const stream = createEventStream(event);
  void (async () => {
    for (let id = 1; id <= 3; id++) await stream.push({ id: `${id}`, event: "count", data: `line ${id}` });
    await stream.close();
  })();
  return stream.send();
});
app.get("/endless", (event) => {
  event.res.headers.set("Content-Type", "text/event-stream");
  return shared.endless(() => left.add("left"));
});
app.get("/left", async () => await left.take());
app.get("/binary", () => shared.ALL_BYTES);
app.put("/echo", async (event) => {
  event.res.headers.set("Content-Type", "application/octet-stream");
  return await event.req.arrayBuffer();
});
app.put("/echo-stream", (event) => {
  event.res.headers.set("Content-Type", "application/octet-stream");
  return event.req.body;
});
app.get("/auth", () => "welcome", { middleware: [basicAuth({ username: "admin", password: "secret" })] });
app.get("/negotiate", (event) => {
  const accept = getRequestHeader(event, "Accept") ?? "";
  if (accept.startsWith("text/html")) return html("<p>hello</p>");
  if (accept.includes("json")) return { hello: true };
  throw new HTTPError({ status: 406 });
});
app.get("/charset", () => new Response(shared.LATIN1, { headers: { "Content-Type": "text/plain; charset=iso-8859-1" } }));
app.post("/override", (event) => getRequestHeader(event, "X-HTTP-Method-Override") === "DELETE" ? "deleted" : "posted");
app.get("/headers", (event) => Object.fromEntries(event.req.headers));
app.all("/method", (event) => ({ method: event.req.method }));
app.all("/url", (event) => ({ url: event.req.url, path: event.path, host: getRequestURL(event).host }));
app.get("/session", (event) => {
  const count = Number(getCookie(event, "count") ?? 0) + 1;
  setCookie(event, "count", `${count}`);
  return { count };
});
app.get("/secured", (event) => {
  event.res.headers.set("X-Content-Type-Options", "nosniff");
  return "secured";
});
app.get("/logged", () => "logged");
app.get("/log", async () => await lines.take());
app.all(
  "/proxy/**",
  async (event) =>
    proxyRequest(event, `${await shared.upstreamUrl()}${event.url.pathname}${event.url.search}`, {
      headers: { "x-asked": event.url.host },
    }),
);
app.get("/large-field", (event) => {
  event.res.headers.set("X-Large", "v".repeat(6_000));
  return "large";
});
app.get("/unicode", () => "Grüße, 世界 🎉");

// What h3 documents beside that.
app.use("/order/**", async (event, next) => {
  event.context.order = ["before"];
  const body = await next();
  event.res.headers.set("X-Order", event.context.order.join(", "));
  return body;
});
app.use("/order/**", (event) => {
  event.context.order.push("second");
});
app.get("/order/x", () => "handler");
app.use("/early", () => "from middleware");
app.get("/early", () => "never");
app.use("/watched/**", onRequest((event) => event.res.headers.set("X-Seen", event.req.method)));
app.get("/watched/x", () => "watched");
app.get("/http-error", () => {
  throw new HTTPError({
    status: 409,
    statusText: "Own Words",
    message: "told",
    data: { why: "because" },
    headers: { "X-Why": "because" },
  });
});
app.get("/on-error", () => {
  throw new Error("kept in");
}, { middleware: [onError(() => new Response("made good", { status: 503 }))] });
app.get("/null", () => null);
app.get("/undefined", () => undefined);
app.get("/number", () => 7);
app.get("/true", () => true);
app.get("/symbol", () => new Date(0));
app.get("/iterable", () => iterable(shared.parts(["a", "b", "c"])));
app.get("/web-response", () => new Response("from a Response", { status: 203, headers: { "X-Web": "yes" } }));
app.get("/blob", () => new Blob(["blob"], { type: "text/x-blob" }));
app.get("/file", () => new File(["file"], "name.txt", { type: "text/plain" }));
app.get("/node-stream", () => Readable.toWeb(createReadStream(join(shared.FILES, "bytes.bin"))));
app.get(
  "/from-node",
  fromNodeHandler((request, response) => {
    response.writeHead(202, { "Content-Type": "text/plain", "X-Node": "yes" });
    response.end(`by node: ${request.method} ${request.url}`);
  }),
);
app.mount("/mounted", new H3().get("/inside", (event) => `mounted ${event.url.pathname}`));
app.mount("/plain", { fetch: (request) => new Response(`plain ${new URL(request.url).pathname}`) });
app.get("/based/**", withBase("/based", defineHandler((event) => `based ${event.url.pathname}`)));
app.get("/wait-until", (event) => {
  event.waitUntil?.(shared.tick().then(() => lines.add("waited")));
  return "at once";
});
app.get("/who", (event) => ({ ip: getRequestIP(event) ?? null, url: event.url.href }));

export async function listen() {
  const server = serve(app, { port: 0, hostname: "127.0.0.1", silent: true });
  await server.ready();
  return Number(new URL(server.url).port);
}
