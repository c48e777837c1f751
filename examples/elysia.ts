// Run it:  npm install elysia && npx tsgunicorn --workers 2 examples/elysia:app
// Or with: bunx --bun tsgunicorn …   deno run -A npm:tsgunicorn …   (in a clone: `npm run build`, then node dist/cli.js …)
// Try it:  curl localhost:8000/hello/world
//          curl -d '{"name":"x"}' -H 'content-type: application/json' localhost:8000/greet
import { Elysia, t } from "elysia";

/** Has the `fetch` that is asked for; `listen` is not called. */
export const app: { fetch(request: Request): Response | Promise<Response> } = new Elysia()
  .get("/", () => "Try /hello/world, or POST a name to /greet\n")
  .get("/hello/:name", ({ params }) => ({ hello: params.name }))
  .post("/greet", ({ body }) => `Good day, ${body.name}\n`, { body: t.Object({ name: t.String({ minLength: 2 }) }) });
