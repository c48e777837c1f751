// The frameworks of frameworks.mjs as a program of its own would serve them. The argument names one.
import process from "node:process";
import * as frameworks from "./frameworks.mjs";

const name = process.argv[2];
const app = await frameworks[name]();
const hostname = "127.0.0.1";
const say = (port) => console.log(`port=${port}`);

if (name === "fastify") {
  await app.listen({ port: 0, host: hostname });
  say(app.server.address().port);
} else if (name !== "hono") {
  const server = app.listen(0, hostname, () => say(server.address().port));
} else if ("Bun" in globalThis) {
  say(Bun.serve({ port: 0, hostname, fetch: app.fetch }).port);
} else if ("Deno" in globalThis) {
  Deno.serve({ port: 0, hostname, onListen: ({ port }) => say(port) }, app.fetch);
} else {
  const { serve } = await import("@hono/node-server");
  serve({ fetch: app.fetch, port: 0, hostname }, ({ port }) => say(port));
}
