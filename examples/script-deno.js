// A program that listens by itself, as it stands: `deno run -A examples/script-deno.js` serves it on port 3000 from one process.
// Run it:  deno run -A npm:tsgunicorn --workers 2 --interface script examples/script-deno.js
// Try it:  curl localhost:3000
if (import.meta.main) {
  const server = Deno.serve({
    port: Number(Deno.env.get("PORT") ?? 3000),
    onListen: ({ hostname, port }) => console.log(`Listening at ${hostname}:${port}`),
  }, (_request, info) => new Response(`Hello ${info.remoteAddr.hostname} from process ${Deno.pid}\n`));

  Deno.addSignalListener("SIGTERM", async () => {
    // Under tsgunicorn this is done when the worker has answered everything.
    await server.shutdown();
    console.log("Closed");
    Deno.exit(0);
  });
}
