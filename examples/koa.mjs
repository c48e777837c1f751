// Run it:  npm install koa && npx tsgunicorn --workers 2 examples/koa:app
// Or with: bunx --bun tsgunicorn …   deno run -A npm:tsgunicorn …   (in a clone: `npm run build`, then node dist/cli.js …)
// Try it:  curl -i localhost:8000/hello
import Koa from "koa";

/** A Koa application, without `listen` and without `callback`. */
export const app = new Koa();

app.use(async (ctx, next) => {
  const started = performance.now();
  await next();
  ctx.set("X-Response-Time", `${Math.round(performance.now() - started)} ms`);
});
app.use((ctx) => {
  ctx.body = { path: ctx.path, from: ctx.ip };
});
