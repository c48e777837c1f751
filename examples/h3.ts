// Run it:  npm install h3 && npx tsgunicorn --workers 2 examples/h3:app
// Or with: bunx --bun tsgunicorn …   deno run -A npm:tsgunicorn …   (in a clone: `npm run build`, then node dist/cli.js …)
// Try it:  curl localhost:8000/hello/world?loud=1
import { getQuery, getRouterParam, H3 } from "h3";

/** Has the `fetch` that is asked for; `serve` is not called. */
export const app: H3 = new H3()
  .get("/", () => "Try /hello/world?loud=1\n")
  .get("/hello/:name", (event) => {
    const name = getRouterParam(event, "name") ?? "";
    return { hello: getQuery(event)["loud"] === "1" ? name.toUpperCase() : name };
  });
