// One application for both major versions of Express: https://expressjs.com
import compression from "compression";
import cookieParser from "cookie-parser";
import cors from "cors";
import session from "express-session";
import helmet from "helmet";
import httpProxy from "http-proxy";
import morgan from "morgan";
import multer from "multer";
import { Readable } from "node:stream";
import * as shared from "./shared.mjs";

/** `wildcard` names the rest of a path after a prefix, in the syntax of the version. */
export function createExpress(express, wildcard) {
  const app = express();
  const left = new shared.Lines();
  const lines = new shared.Lines();
  const upload = multer({ limits: { fileSize: 1_000_000 } });

  app.get("/", (_req, res) => res.send("home"));
  app.get("/params/:first/:second", (req, res) => res.json(req.params));
  app.get(wildcard("/wild"), (req, res) => res.json({ rest: [req.params.rest ?? req.params[0]].flat().join("/") }));
  app.get("/query", (req, res) => res.json(req.query));
  app.use(["/json", "/json-size"], express.json({ limit: "2mb" }));
  app.post("/json", (req, res) => res.json({ got: req.body }));
  app.post("/json-size", (req, res) => res.json({ items: req.body.items.length }));
  app.get("/big-json", (_req, res) => res.json(shared.BIG));
  app.post("/form", express.urlencoded({ extended: true }), (req, res) => res.json(req.body));
  app.post("/upload", upload.any(), (req, res) => {
    const files = req.files.map((file) => ({
      field: file.fieldname,
      name: file.originalname,
      type: file.mimetype,
      bytes: file.buffer,
    }));
    res.json({ fields: req.body, files: shared.describeFiles(files) });
  });
  app.get("/cookies", cookieParser(), (req, res) => {
    res.cookie("a", "1", { httpOnly: true, sameSite: "lax" }).cookie("b", "two words", { secure: true }).json(req.cookies);
  });
  app.get("/redirect", (_req, res) => res.redirect("/elsewhere"));
  app.post("/redirect", (_req, res) => res.redirect(303, "/elsewhere?from=post"));
  app.get("/throw", () => {
    throw new Error("thrown");
  });
  app.get("/reject", async (_req, _res, next) => {
    await shared.tick();
    next(new Error("rejected"));
  });
  app.get(
    "/status",
    (_req, res) => res.set("X-One", "1").append("X-Many", "a").append("X-Many", "b").status(418).send("short and stout"),
  );
  app.get("/no-content", (_req, res) => res.status(204).end());
  app.get("/not-modified", (_req, res) => res.set("ETag", '"fixed"').status(304).end());
  app.use("/cors", cors({ origin: "http://elsewhere.test", credentials: true, exposedHeaders: ["X-One"], maxAge: 600 }));
  app.get("/cors", (_req, res) => res.send("shared"));
  app.get("/compressed", compression(), (_req, res) => res.type("text").send(shared.LONG_TEXT));
  app.use("/static", express.static(shared.FILES));
  app.get("/stream", (_req, res) => Readable.from(shared.parts(["one,", "two,", "three"])).pipe(res.type("text")));
  app.get("/stream-broken", (_req, res) => {
    Readable.from(shared.parts(["begun"], new Error("broken"))).on("error", () => res.destroy()).pipe(res, { end: false });
  });
  app.get("/sse", async (_req, res) => {
    res.set("Content-Type", "text/event-stream").flushHeaders();
    for await (const event of shared.parts(shared.EVENTS)) res.write(event);
    res.end();
  });
  app.get("/endless", (req, res) => {
    res.set("Content-Type", "text/event-stream").write("data: first\n\n");
    const timer = setInterval(() => res.write("data: again\n\n"), 5);
    req.on("close", () => {
      clearInterval(timer);
      left.add("left");
    });
  });
  app.get("/left", async (_req, res) => res.json(await left.take()));
  app.get("/binary", (_req, res) => res.send(Buffer.from(shared.ALL_BYTES)));
  app.put("/echo", express.raw({ type: () => true, limit: "2mb" }), (req, res) => {
    res.type("application/octet-stream").send(Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0));
  });
  app.put("/echo-stream", (req, res) => req.pipe(res.type("application/octet-stream")));
  app.get("/auth", (req, res) => {
    if (shared.isAdmin(req.get("Authorization"))) return res.send("welcome");
    res.set("WWW-Authenticate", 'Basic realm="tests"').status(401).send("who are you?");
  });
  app.get(
    "/negotiate",
    (_req, res) => res.format({ html: () => res.send("<p>hello</p>"), json: () => res.json({ hello: true }) }),
  );
  app.get("/charset", (_req, res) => res.set("Content-Type", "text/plain; charset=iso-8859-1").end(Buffer.from(shared.LATIN1)));
  app.use("/override", (req, _res, next) => {
    req.method = req.get("X-HTTP-Method-Override") ?? req.method;
    next();
  });
  app.post("/override", (_req, res) => res.send("posted"));
  app.delete("/override", (_req, res) => res.send("deleted"));
  app.get("/headers", (req, res) => res.json({ headers: req.headers, raw: req.rawHeaders }));
  app.all("/method", (req, res) => res.json({ method: req.method }));
  app.all("/url", (req, res) => res.json({ url: req.url, path: req.path, original: req.originalUrl, host: req.host }));
  app.get("/session", session({ secret: "a secret", resave: false, saveUninitialized: true }), (req, res) => {
    req.session.count = (req.session.count ?? 0) + 1;
    res.json({ count: req.session.count });
  });
  app.get("/secured", helmet(), (_req, res) => res.send("secured"));
  const log = morgan(':remote-addr :method :url HTTP/:http-version :status :res[content-length] ":referrer"', {
    stream: { write: (line) => lines.add(line) },
  });
  app.get("/logged", log, (_req, res) => res.send("logged"));
  app.get("/log", async (_req, res) => res.json(await lines.take()));
  const proxy = httpProxy.createProxyServer();
  app.use("/proxy", async (req, res) => {
    req.headers["x-asked"] = req.get("Host");
    req.url = req.originalUrl;
    proxy.web(req, res, { target: await shared.upstreamUrl() });
  });
  app.get("/large-field", (_req, res) => res.set("X-Large", "v".repeat(6_000)).send("large"));
  app.get("/unicode", (_req, res) => res.send("Grüße, 世界 🎉"));

  addDocumented(app, express);
  return app;
}

/** What Express documents beside that. */
function addDocumented(app, express) {
  app.get(
    "/next-route/:id",
    (req, _res, next) => req.params.id === "0" ? next("route") : next(),
    (_req, res) => res.send("regular"),
  );
  app.get("/next-route/:id", (_req, res) => res.send("special"));
  const guarded = express.Router();
  guarded.use((req, _res, next) => req.get("X-Auth") === undefined ? next("router") : next());
  guarded.get("/", (_req, res) => res.send("let in"));
  app.use("/next-router", guarded, (_req, res) => res.sendStatus(401));
  app.param("user", (req, _res, next, id) => {
    if (id === "nobody") return next(new Error("no such user"));
    req.user = { id, calls: (req.user?.calls ?? 0) + 1 };
    next();
  });
  app.get("/user/:user", (_req, _res, next) => next());
  app.get("/user/:user", (req, res) => res.json(req.user));
  const nested = express.Router({ mergeParams: true });
  nested.get(
    "/:child",
    (req, res) => res.json({ ...req.params, baseUrl: req.baseUrl, url: req.url, originalUrl: req.originalUrl }),
  );
  app.use("/parents/:parent/children", nested);
  app.route("/chain").get((_req, res) => res.send("got")).post((_req, res) => res.send("posted"));
  app.use("/order", (_req, res, next) => {
    res.locals.order = ["first"];
    next();
  }, (_req, res, next) => {
    res.locals.order.push("second");
    next();
  });
  app.get("/order", (_req, res) => res.send(res.locals.order.join(", ")));
  const sub = express();
  sub.get("/inside", (req, res) => res.send(`${sub.mountpath} ${req.baseUrl}`));
  app.use("/mounted", sub);
  app.get("/case", (_req, res) => res.send("insensitive"));
  app.get("/type", (_req, res) => res.type(".html").send("typed"));
  app.get(
    "/links",
    (_req, res) => res.links({ next: "http://example.test/2", last: "http://example.test/9" }).vary("Accept").send("linked"),
  );
  app.get("/attachment", (_req, res) => res.attachment("Grüße.txt").send("attached"));
  app.get("/download", (_req, res) => res.download(`${shared.FILES}/hello.txt`, "renamed.txt"));
  app.get("/send-file", (_req, res) => res.sendFile("bytes.bin", { root: shared.FILES, maxAge: "1d", immutable: true }));
  app.get("/send-missing", (_req, res, next) => res.sendFile("none", { root: shared.FILES }, (error) => error && next(error)));
  app.get("/jsonp", (_req, res) => res.jsonp({ a: 1 }));
  app.get("/send-status", (_req, res) => res.sendStatus(202));
  app.get("/clear-cookie", (_req, res) => res.clearCookie("a", { path: "/x" }).end());
  app.get("/fresh", (req, res) => res.set("ETag", '"v1"').send(`fresh ${req.fresh}`));
  app.get("/is", (req, res) => res.json({ is: req.is("json"), xhr: req.xhr, accepts: req.acceptsLanguages("de", "en") ?? null }));
  app.get("/range", (req, res) => res.json({ range: req.range(1_000) ?? null }));
  const trusting = express();
  trusting.set("trust proxy", true);
  trusting.get("/", (req, res) => {
    const { ip, ips, protocol, secure, hostname, subdomains } = req;
    res.json({ ip, ips, protocol, secure, hostname, subdomains });
  });
  app.get("/who", (req, res) => res.json({ ip: req.ip, protocol: req.protocol, hostname: req.hostname }));
  app.use("/trusting", trusting);
  const hosts = { "one.test": "first host", "two.test": "second host" };
  app.get("/vhost", (req, res) => res.send(hosts[req.hostname] ?? "another host"));
  app.get("/hints", (_req, res) => {
    res.writeEarlyHints({ link: "</style.css>; rel=preload; as=style" }, () => res.send("hinted"));
  });
  app.get("/trailers", (_req, res) => {
    res.writeHead(200, { "Content-Type": "text/plain", Trailer: "X-Sum" });
    res.write("with trailers");
    res.addTrailers({ "X-Sum": "42" });
    res.end();
  });
  app.put("/request-trailers", (req, res) => {
    req.resume().on("end", () => res.json({ trailers: req.trailers, raw: req.rawTrailers }));
  });
  app.get("/write-head", (_req, res) => {
    res.setHeader("X-Set", "set").writeHead(207, "Many Things", { "X-Written": ["a", "b"] });
    res.write("part, ");
    res.end("end");
  });
  app.get("/implicit", (_req, res) => res.end("end at once"));
  app.get("/known-length", (_req, res) => {
    res.set("Content-Length", "10").write("01234");
    setImmediate(() => res.end("56789"));
  });
  app.get("/socket", (req, res) => {
    const { remoteAddress, remoteFamily, localAddress, encrypted, destroyed, readable, writable } = req.socket;
    res.json({ remoteAddress, remoteFamily, localAddress, encrypted, destroyed, readable, writable });
  });
  app.get("/state", (req, res) => {
    const before = [req.complete, req.httpVersion, res.headersSent, res.writableEnded];
    res.on("finish", () => states.add([...before, res.headersSent, res.writableEnded, res.writableFinished, res.statusCode]));
    res.send("state");
  });
  const states = new shared.Lines();
  app.get("/last-state", async (_req, res) => res.json(await states.take()));
  app.get("/backpressure", (_req, res) => {
    const end = (text) => res.end(text);
    for (let index = 0; index < 1_024; index++) {
      if (!res.write(Buffer.alloc(65_536))) return res.once("drain", () => end("waited"));
    }
    end("never told to wait");
  });
  app.get("/destroy", (_req, res) => res.destroy());
  app.get("/handled", (_req, _res, next) => next(Object.assign(new Error("own text"), { status: 409 })));
  app.get(
    "/known-error",
    (_req, _res, next) =>
      next(Object.assign(new Error("shown"), { statusCode: 422, expose: true, headers: { "X-Why": "because" } })),
  );
  // Four parameters make it a handler of errors.
  app.use("/handled", (error, _req, res, _next) => res.status(error.status).json({ error: error.message }));
}
