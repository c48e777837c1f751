// Run it:  npm install express && npx tsgunicorn --workers 2 examples/express:app
// Or with: bunx --bun tsgunicorn …   deno run -A npm:tsgunicorn …   (in a clone: `npm run build`, then node dist/cli.js …)
// Try it:  curl localhost:8000/hello/world
//          curl -d '{"a":1}' -H 'content-type: application/json' localhost:8000/echo
import express from "express";

/** An Express application is exported and not told to listen: the server does that. */
export const app = express();

// The address and the scheme that a proxy in front tells of, if it is one of these.
app.set("trust proxy", "loopback");
app.use(express.json());
app.get("/", (_req, res) => res.type("text").send("Try /hello/world, or POST JSON to /echo\n"));
app.get("/hello/:name", (req, res) => res.json({ hello: req.params.name, from: req.ip }));
app.post("/echo", (req, res) => res.json(req.body));
