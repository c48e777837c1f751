// Run it:  node examples/embedded.ts   bun examples/embedded.ts   deno run -A examples/embedded.ts   (after `npm install tsgunicorn`)
// A program of its own that starts a server: the arbiter lives in this process, the workers are others. Ctrl-C stops it.
import process from "node:process";
import { serve } from "tsgunicorn";

const server = await serve({
  app: import.meta.resolve("./hello.ts") + ":app",
  bind: process.env["BIND"] ?? "127.0.0.1:8000",
  workers: 2,
  child_exit: (_server, worker) => console.log(`worker ${worker.age} (pid ${worker.pid}) has ended`),
}, { signals: true });

console.log(`${server.workers.length} workers serve ${server.addresses.join(" and ")}`);

// More of them, then new ones: no request fails meanwhile.
await server.resize(3);
await server.reload({ keepalive: 5 });

// By Ctrl-C, TERM, or server.stop(). The process is this program's: its exit status is what it says.
process.exitCode = await server.finished;
