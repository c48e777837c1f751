// connect: https://github.com/senchalabs/connect
import compression from "compression";
import connect from "connect";
import cookieParser from "cookie-parser";
import cors from "cors";
import session from "express-session";
import helmet from "helmet";
import morgan from "morgan";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import serveStatic from "serve-static";
import { listenHttp } from "./http-listen.mjs";
import * as shared from "./shared.mjs";

export const app = connect();
const lines = new shared.Lines();
const json = (res, value) => {
  res.setHeader("Content-Type", "application/json");
  res.end(JSON.stringify(value));
};

app.use("/static", serveStatic(shared.FILES));
app.use("/cors", cors({ origin: "http://elsewhere.test" })).use("/cors", (_req, res) => res.end("shared"));
app.use("/compressed", compression()).use("/compressed", (_req, res) => {
  res.setHeader("Content-Type", "text/plain");
  res.end(shared.LONG_TEXT);
});
app.use("/cookies", cookieParser()).use("/cookies", (req, res) => {
  res.setHeader("Set-Cookie", ["a=1", "b=2"]);
  json(res, req.cookies);
});
app.use("/session", session({ secret: "a secret", resave: false, saveUninitialized: true })).use("/session", (req, res) => {
  req.session.count = (req.session.count ?? 0) + 1;
  json(res, { count: req.session.count });
});
app.use("/secured", helmet()).use("/secured", (_req, res) => res.end("secured"));
app.use("/logged", morgan(":method :url :status", { stream: { write: (line) => lines.add(line) } }));
app.use("/logged", (_req, res) => res.end("logged"));
app.use("/log", async (_req, res) => json(res, await lines.take()));
app.use("/echo", async (req, res) => {
  const bytes = await buffer(req);
  res.setHeader("Content-Type", "application/octet-stream");
  res.end(bytes);
});
app.use("/method", (req, res) => json(res, { method: req.method, url: req.url, original: req.originalUrl }));
app.use("/headers", (req, res) => json(res, { headers: req.headers, raw: req.rawHeaders }));
app.use("/throw", () => {
  throw new Error("thrown");
});
app.use("/stream", (_req, res) => Readable.from(shared.parts(["one,", "two,", "three"])).pipe(res));
app.use("/handled", (_req, _res, next) => next(new Error("told"))).use("/handled", (error, _req, res, _next) => {
  res.statusCode = 409;
  res.end(error.message);
});
app.use((req, res, next) => req.url === "/" ? res.end("home") : next());

export const listen = () => listenHttp(app);
