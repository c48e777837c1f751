// A program that listens by itself, as it stands: `node examples/script-node.js` serves it on port 3000 from one process.
// Run it:  npm install express && npx tsgunicorn --workers 2 --interface script examples/script-node.js
// Or with: bunx --bun tsgunicorn …   deno run -A npm:tsgunicorn …   (in a clone: `npm run build`, then node dist/cli.js …)
// Try it:  curl localhost:3000          then stop the server while `curl localhost:3000/slow` waits: it is answered first
import express from "express";
import process from "node:process";

const app = express();
app.get("/", (_request, response) => void response.send(`Hello from process ${process.pid}\n`));
app.get("/slow", (_request, response) => void setTimeout(() => response.send("Done\n"), 3_000));

const server = app.listen(Number(process.env["PORT"] ?? 3000), () => console.log("Listening at", server.address()));

process.on("SIGTERM", () => {
  // Under tsgunicorn this is called when the worker has answered everything.
  server.close(() => {
    console.log("Closed");
    process.exit(0);
  });
});
