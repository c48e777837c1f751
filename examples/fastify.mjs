// Run it:  npm install fastify && npx tsgunicorn --workers 2 examples/fastify:app
// Or with: bunx --bun tsgunicorn …   deno run -A npm:tsgunicorn …   (in a clone: `npm run build`, then node dist/cli.js …)
// Try it:  curl localhost:8000/square/7
import fastify from "fastify";

/** Made ready when the worker boots, and closed (with its `onClose` hooks) when the worker has answered its last request. */
export const app = fastify();

app.get("/", async () => "Try /square/7\n");
app.get("/square/:number", {
  schema: { params: { type: "object", properties: { number: { type: "integer" } } } },
}, async (request) => ({ square: request.params.number ** 2 }));
app.addHook("onClose", async () => console.log("Fastify has closed"));
