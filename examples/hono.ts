// Run it:  npm install hono && npx tsgunicorn --workers 2 examples/hono:app
// Or with: bunx --bun tsgunicorn …   deno run -A npm:tsgunicorn …   (in a clone: `npm run build`, then node dist/cli.js …)
// Try it:  curl localhost:8000/hello/world
//          curl -d '{"a":1}' -H 'content-type: application/json' localhost:8000/echo
import { Hono } from "hono";

/** The second argument of a fetch handler is what Hono calls the bindings. */
interface Bindings {
  readonly worker: { readonly pid: number; readonly age: number };
}

/** Nothing here knows the server: a Hono application has the `fetch` that is asked for. */
export const app: Hono<{ Bindings: Bindings }> = new Hono();

app.use(async (context, next) => {
  await next();
  context.header("x-worker", `${context.env.worker.pid}`);
});
app.get("/", (context) => context.text("Try /hello/world, or POST JSON to /echo\n"));
app.get("/hello/:name", (context) => context.json({ hello: context.req.param("name") }));
app.post("/echo", async (context) => context.json(await context.req.json()));
