// NestJS on Express: https://nestjs.com. Its decorators are called as what they are, functions: not every runtime has their syntax.
import "reflect-metadata";
import {
  All,
  Body,
  ConflictException,
  Controller,
  Delete,
  ForbiddenException,
  Get,
  Header,
  Headers,
  HostParam,
  HttpCode,
  HttpException,
  Ip,
  Module,
  NotAcceptableException,
  Param,
  ParseIntPipe,
  Post,
  Put,
  Query,
  Redirect,
  Req,
  Res,
  Sse,
  StreamableFile,
  UploadedFiles,
  UseFilters,
  UseGuards,
  UseInterceptors,
  VERSION_NEUTRAL,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { AnyFilesInterceptor } from "@nestjs/platform-express";
import compression from "compression";
import cookieParser from "cookie-parser";
import express from "express";
import session from "express-session";
import helmet from "helmet";
import httpProxy from "http-proxy";
import morgan from "morgan";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { from, map } from "rxjs";
import * as shared from "./shared.mjs";

const left = new shared.Lines();
const lines = new shared.Lines();
const proxy = httpProxy.createProxyServer();

/** Methods with their decorators, and those of their parameters. */
function controller(path, routes) {
  class Routes {}
  for (const [name, [decorators, parameters, method]] of Object.entries(routes)) {
    Object.defineProperty(Routes.prototype, name, { value: method, writable: true, configurable: true });
    const descriptor = Object.getOwnPropertyDescriptor(Routes.prototype, name);
    parameters.forEach((decorate, index) => decorate(Routes.prototype, name, index));
    for (const decorate of decorators.toReversed()) decorate(Routes.prototype, name, descriptor);
  }
  Controller(path)(Routes);
  return Routes;
}

const guard = { canActivate: (context) => context.switchToHttp().getRequest().query.key === "right" };
const wrap = { intercept: (_context, next) => next.handle().pipe(map((value) => ({ wrapped: value }))) };
const filter = {
  catch: (error, host) => host.switchToHttp().getResponse().status(503).json({ caught: error.message }),
};

const Common = controller("", {
  home: [[Get("/")], [], () => "home"],
  params: [[Get("/params/:first/:second")], [Param()], (params) => params],
  wild: [[Get("/wild/*rest")], [Param("rest")], (rest) => ({ rest: rest.join?.("/") ?? rest })],
  query: [[Get("/query")], [Query()], (query) => query],
  json: [[Post("/json"), HttpCode(200)], [Body()], (body) => ({ got: body })],
  jsonSize: [[Post("/json-size"), HttpCode(200)], [Body("items")], (items) => ({ items: items.length })],
  bigJson: [[Get("/big-json")], [], () => shared.BIG],
  form: [[Post("/form"), HttpCode(200)], [Body()], (body) => body],
  upload: [
    [Post("/upload"), HttpCode(200), UseInterceptors(AnyFilesInterceptor())],
    [UploadedFiles(), Body()],
    (files, fields) => ({
      fields,
      files: shared.describeFiles(
        files.map((one) => ({ field: one.fieldname, name: one.originalname, type: one.mimetype, bytes: one.buffer })),
      ),
    }),
  ],
  cookies: [[Get("/cookies")], [Req(), Res({ passthrough: true })], (req, res) => {
    res.cookie("a", "1", { httpOnly: true }).cookie("b", "two words");
    return req.cookies;
  }],
  redirect: [[Get("/redirect"), Redirect("/elsewhere")], [], () => {}],
  redirectPost: [[Post("/redirect"), Redirect("/never", 303)], [], () => ({ url: "/elsewhere?from=post" })],
  throws: [[Get("/throw")], [], () => {
    throw new Error("thrown");
  }],
  rejects: [[Get("/reject")], [], async () => {
    await shared.tick();
    throw new Error("rejected");
  }],
  status: [[Get("/status"), HttpCode(418), Header("X-One", "1")], [Res({ passthrough: true })], (res) => {
    res.append("X-Many", "a").append("X-Many", "b");
    return "short and stout";
  }],
  noContent: [[Get("/no-content"), HttpCode(204)], [], () => {}],
  notModified: [[Get("/not-modified"), HttpCode(304), Header("ETag", '"fixed"')], [], () => {}],
  cors: [[Get("/cors")], [], () => "shared"],
  compressed: [[Get("/compressed"), Header("Content-Type", "text/plain")], [], () => shared.LONG_TEXT],
  stream: [
    [Get("/stream")],
    [],
    () =>
      new StreamableFile(Readable.from(shared.parts(["one,", "two,", "three"]), { objectMode: false }), { type: "text/plain" }),
  ],
  streamBroken: [[Get("/stream-broken")], [Res()], (res) => {
    Readable.from(shared.parts(["begun"], new Error("broken"))).on("error", () => res.destroy()).pipe(res, { end: false });
  }],
  sse: [[Get("/sse")], [Res()], (res) => Readable.from(shared.parts(shared.EVENTS)).pipe(res.type("text/event-stream"))],
  endless: [[Get("/endless")], [Req(), Res()], (req, res) => {
    res.set("Content-Type", "text/event-stream").write("data: first\n\n");
    const timer = setInterval(() => res.write("data: again\n\n"), 5);
    req.on("close", () => {
      clearInterval(timer);
      left.add("left");
    });
  }],
  left: [[Get("/left")], [], async () => await left.take()],
  binary: [[Get("/binary")], [Res()], (res) => res.send(Buffer.from(shared.ALL_BYTES))],
  echo: [[Put("/echo")], [Req(), Res()], (req, res) => {
    res.type("application/octet-stream").send(Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0));
  }],
  echoStream: [[Put("/echo-stream")], [Req(), Res()], (req, res) => req.pipe(res.type("application/octet-stream"))],
  auth: [[Get("/auth")], [Headers("authorization"), Res({ passthrough: true })], (authorization, res) => {
    if (shared.isAdmin(authorization)) return "welcome";
    res.set("WWW-Authenticate", 'Basic realm="tests"');
    throw new HttpException("who are you?", 401);
  }],
  negotiate: [[Get("/negotiate")], [Req(), Res({ passthrough: true })], (req, res) => {
    const type = req.accepts("html", "json");
    if (type === false) throw new NotAcceptableException();
    if (type === "json") return { hello: true };
    res.type("html");
    return "<p>hello</p>";
  }],
  charset: [
    [Get("/charset")],
    [Res()],
    (res) => res.set("Content-Type", "text/plain; charset=iso-8859-1").end(Buffer.from(shared.LATIN1)),
  ],
  posted: [[Post("/override"), HttpCode(200)], [], () => "posted"],
  deleted: [[Delete("/override")], [], () => "deleted"],
  headers: [[Get("/headers")], [Headers(), Req()], (headers, req) => ({ headers, raw: req.rawHeaders })],
  method: [[All("/method")], [Req()], (req) => ({ method: req.method })],
  url: [[All("/url")], [Req()], (req) => ({ url: req.url, original: req.originalUrl })],
  session: [[Get("/session")], [Req()], (req) => {
    req.session.count = (req.session.count ?? 0) + 1;
    return { count: req.session.count };
  }],
  secured: [[Get("/secured")], [], () => "secured"],
  logged: [[Get("/logged")], [], () => "logged"],
  log: [[Get("/log")], [], async () => await lines.take()],
  proxy: [[All("/proxy/*rest")], [Req(), Res()], async (req, res) => {
    req.headers["x-asked"] = req.get("Host");
    proxy.web(req, res, { target: await shared.upstreamUrl() });
  }],
  largeField: [[Get("/large-field"), Header("X-Large", "v".repeat(6_000))], [], () => "large"],
  unicode: [[Get("/unicode")], [], () => "Grüße, 世界 🎉"],
});

/** What NestJS documents beside that. */
const Documented = controller({ path: "cats", version: VERSION_NEUTRAL }, {
  all: [[Get()], [Query("limit")], (limit) => ({ limit: limit ?? null })],
  pipe: [[Get("number/:id")], [Param("id", ParseIntPipe)], (id) => ({ id })],
  create: [[Post()], [Body("name")], (name) => ({ name })],
  conflict: [[Get("conflict")], [], () => {
    throw new ConflictException("taken", { description: "Own words" });
  }],
  object: [[Get("exception")], [], () => {
    throw new HttpException({ own: "object" }, 409, { cause: new Error("kept in") });
  }],
  filtered: [[Get("filtered"), UseFilters(filter)], [], () => {
    throw new ForbiddenException("not you");
  }],
  guarded: [[Get("guarded"), UseGuards(guard)], [], () => "open"],
  wrapped: [[Get("wrapped"), UseInterceptors(wrap)], [], () => 7],
  observable: [[Get("observable")], [], () => from([1, 2, 3])],
  file: [
    [Get("file")],
    [],
    () =>
      new StreamableFile(createReadStream(join(shared.FILES, "bytes.bin")), {
        disposition: 'attachment; filename="x.bin"',
        length: 70_000,
      }),
  ],
  bytes: [[Get("bytes")], [], () => new StreamableFile(Buffer.from(shared.ALL_BYTES))],
  events: [[Sse("events")], [], () => from([{ data: { n: 1 } }, { data: "two", id: "2", type: "named" }])],
  nothing: [[Get("nothing")], [], () => {}],
  absent: [[Get("null")], [], () => null],
  ip: [[Get("ip")], [Ip()], (ip) => ({ ip })],
});
const Hosts = controller({ path: "hosts", host: ":name.one.test" }, {
  name: [[Get()], [HostParam("name")], (name) => ({ name })],
});

class AppModule {}
Module({ controllers: [Common, Documented, Hosts] })(AppModule);

export const app = await NestFactory.create(AppModule, { logger: false, bodyParser: false });
app.use(["/json", "/json-size", "/cats"], express.json({ limit: "2mb" }));
app.use("/form", express.urlencoded({ extended: true }));
app.use("/echo", express.raw({ type: () => true, limit: "2mb" }));
app.use("/cookies", cookieParser());
app.use("/session", session({ secret: "a secret", resave: false, saveUninitialized: true }));
app.use("/secured", helmet());
app.use("/compressed", compression());
app.use("/logged", morgan(":remote-addr :method :url :status", { stream: { write: (line) => lines.add(line) } }));
app.use("/static", express.static(shared.FILES));
app.use("/override", (req, _res, next) => {
  req.method = req.get("X-HTTP-Method-Override") ?? req.method;
  next();
});
app.enableCors({ origin: "http://elsewhere.test", credentials: true });

export async function listen() {
  await app.listen(0, "127.0.0.1");
  return app.getHttpServer().address().port;
}
