// What node:cluster and PM2 run in zero-loss.ts: it leaves with care. PORT and SOCKET say where it listens.
import http from "node:http";
import process from "node:process";

let isLeaving = false;
const servers = [Number(process.env.PORT), process.env.SOCKET].map((address) => {
  const server = http.createServer((_request, response) => {
    // Otherwise the last connections would be closed under a client's next request.
    if (isLeaving) response.setHeader("Connection", "close");
    response.end(`${process.pid}\n`);
  });
  return {
    server,
    listening: new Promise((resolve) =>
      server.listen(...(typeof address === "number" ? [address, "127.0.0.1"] : [address]), resolve)
    ),
  };
});
await Promise.all(servers.map(({ listening }) => listening));

/** Answers what is under way, and ends. */
const leave = () => {
  isLeaving = true;
  const closed = servers.map(({ server }) => new Promise((resolve) => server.close(resolve)));
  void Promise.all(closed).then(() => process.exit(0));
};

process.send?.("ready");
process.on("SIGINT", leave); // PM2
process.on("message", (message) => message === "leave" && leave()); // node-cluster.mjs
