/** @module Port numbers for programs that cannot listen on port 0. */
import { randomInt } from "node:crypto";
import net from "node:net";

/** Above are the ports that the kernel gives to clients, which would meet themselves. */
const FIRST = 10_000;
const END = 32_768;
const ATTEMPTS = 50;

/** A port of 127.0.0.1 that nobody listens on at this moment. Somebody may before it is used: try again then. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FIRST, END);
    if (await canListen(port)) return port;
  }
  throw new Error(`No free port in ${ATTEMPTS} attempts`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
