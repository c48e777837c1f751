// polka: https://github.com/lukeed/polka
import compression from "compression";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import polka from "polka";
import serveStatic from "serve-static";
import { listenHttp } from "./http-listen.mjs";
import * as shared from "./shared.mjs";

export const app = polka({
  onNoMatch: (_req, res) => {
    res.statusCode = 404;
    res.end("no such route");
  },
});
const json = (res, value) => {
  res.setHeader("Content-Type", "application/json");
  res.end(JSON.stringify(value));
};

app.use((_req, res, next) => {
  res.setHeader("X-Order", ["first"]);
  next();
});
app.use("/static", serveStatic(shared.FILES));
app.use("/compressed", compression());
app.get("/compressed", (_req, res) => {
  res.setHeader("Content-Type", "text/plain");
  res.end(shared.LONG_TEXT);
});
app.get("/", (_req, res) => res.end("home"));
app.get("/params/:first/:second", (req, res) => json(res, req.params));
app.get("/query", (req, res) => json(res, req.query));
app.post("/json", async (req, res) => json(res, { got: JSON.parse(`${await buffer(req)}`) }));
app.put("/echo", async (req, res) => {
  const bytes = await buffer(req);
  res.setHeader("Content-Type", "application/octet-stream");
  res.end(bytes);
});
for (const method of ["put", "patch", "delete", "options"]) {
  app[method]("/method", (req, res) => json(res, { method: req.method }));
}
app.get("/headers", (req, res) => json(res, { headers: req.headers, raw: req.rawHeaders }));
app.get("/throw", (_req, _res, next) => next(new Error("thrown")));
app.get("/status", (_req, res) => {
  res.writeHead(418, { "X-One": "1", "X-Many": ["a", "b"] });
  res.end("short and stout");
});
app.get("/redirect", (_req, res) => {
  res.writeHead(302, { Location: "/elsewhere" });
  res.end();
});
app.get("/stream", (_req, res) => Readable.from(shared.parts(["one,", "two,", "three"])).pipe(res));
app.get("/url", (req, res) => json(res, { url: req.url, path: req.path, original: req.originalUrl }));
app.use("/nested", polka().get("/:id", (req, res) => json(res, { id: req.params.id, url: req.url, original: req.originalUrl })));

export const listen = () => listenHttp(app.handler);
