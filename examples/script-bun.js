// A program that listens by itself, as it stands: `bun examples/script-bun.js` serves it on port 3000 from one process.
// Run it:  bunx --bun tsgunicorn --workers 2 --interface script examples/script-bun.js
// Try it:  curl localhost:3000          curl localhost:3000/hello/world
const server = Bun.serve({
  port: Number(process.env.PORT ?? 3000),
  routes: {
    "/hello/:name": (request) => new Response(`Hello ${request.params.name}\n`),
  },
  fetch: (request, own) => new Response(`Hello ${own.requestIP(request)?.address} from process ${process.pid}\n`),
});
console.log(`Listening at ${server.url}`);

process.on("SIGTERM", async () => {
  // Under tsgunicorn this is done when the worker has answered everything.
  await server.stop();
  console.log("Closed");
  process.exit(0);
});
