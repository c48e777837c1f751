// itty-router: https://itty.dev
import {
  AutoRouter,
  cors,
  error,
  html,
  json,
  status,
  StatusError,
  text,
  withContent,
  withCookies,
  withParams,
} from "itty-router";
import process from "node:process";
import * as shared from "./shared.mjs";

const { preflight, corsify } = cors({ origin: "http://elsewhere.test", allowMethods: ["GET", "PUT"], credentials: true });

export const app = AutoRouter({ before: [withCookies] });
app.get("/", () => text("home"))
  .get("/params/:first/:second", withParams, ({ first, second }) => ({ first, second }))
  .get("/wild/:rest+", ({ params }) => ({ rest: params.rest }))
  .get("/query", ({ query }) => query)
  .post("/json", withContent, ({ content }) => ({ got: content }))
  .post("/json-size", withContent, ({ content }) => ({ items: content.items.length }))
  .post("/form", async (request) => Object.fromEntries(await request.formData()))
  .post("/upload", async (request) => await shared.describeForm(await request.formData()))
  .get("/cookies", ({ cookies }) => json(cookies, { headers: [["Set-Cookie", "a=1; HttpOnly"], ["Set-Cookie", "b=2"]] }))
  .get("/redirect", () => new Response(null, { status: 302, headers: { Location: "/elsewhere" } }))
  .get("/throw", () => {
    throw new Error("thrown");
  })
  .get("/status", () => json("short and stout", { status: 418, headers: { "X-One": "1", "X-Many": "a, b" } }))
  .get("/no-content", () => status(204))
  .all("/cors", preflight)
  .get("/cors", (request) => corsify(text("shared"), request))
  .get("/stream", () => new Response(shared.streamOf(["one,", "two,", "three"])))
  .put(
    "/echo",
    async (request) => new Response(await request.arrayBuffer(), { headers: { "Content-Type": "application/octet-stream" } }),
  )
  .get("/headers", ({ headers }) => Object.fromEntries(headers))
  .all("/method", ({ method }) => ({ method }))
  .get("/html", () => html("<p>hello</p>"))
  .get("/status-error", () => {
    throw new StatusError(409, { error: "told", why: "because" });
  })
  .get("/error-helper", () => error(403, "not you"))
  .get("/optional/:name?", ({ params }) => text(`optional ${params.name ?? "none"}`))
  .get("/first", () => {}, () => text("the second handler"))
  .get("/file.:extension", ({ params }) => params)
  .get("/null", () => null);

export async function listen() {
  if (process.versions.bun) return Bun.serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }).port;
  if (process.versions.deno) return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, app.fetch).addr.port;
  const { serve } = await import("@hono/node-server");
  return await new Promise((resolve) => serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => resolve(port)));
}
