// node:cluster as a careful author would reload it: new workers first, and the old ones leave when these are ready.
import cluster from "node:cluster";
import process from "node:process";
import { fileURLToPath } from "node:url";

const WORKERS = 2;
cluster.setupPrimary({ exec: fileURLToPath(new URL("graceful.mjs", import.meta.url)) });

/** Resolves when it listens at all of its addresses. */
const start = () =>
  new Promise((resolve) => {
    const worker = cluster.fork();
    worker.on("message", (message) => message === "ready" && resolve(worker));
  });
const generation = () => Promise.all(Array.from({ length: WORKERS }, start));
const log = (text) => process.stderr.write(`[-] [${process.pid}] [INFO] ${text}\n`);

let current = await generation();
log(`Listening at: http://127.0.0.1:${process.env.PORT} (${process.pid})`);
process.on("SIGHUP", async () => {
  const old = current;
  current = await generation();
  await Promise.all(old.map((worker) =>
    new Promise((resolve) => {
      worker.once("exit", resolve);
      worker.send("leave");
    })
  ));
  log("Reload complete");
});
process.on("SIGTERM", () => {
  for (const worker of Object.values(cluster.workers)) worker.kill("SIGKILL");
  process.exit(0);
});
