/**
 * The servers that zero-loss.ts reloads beside tsgunicorn: PM2's cluster mode and a script of node:cluster.
 *
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { RunningServer } from "../support/server.ts";
import { HERE } from "./start.ts";

/** A server that can be told to replace all of its workers. */
export interface Reloadable {
  readonly name: string;
  readonly port: number;
  readonly unix: string;
  /** Resolves when the new workers serve and the server says that it is through. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

const APP = "zero-loss";
/** Longer than any request; PM2 kills a process that has not left by then. */
const LEAVE_LIMIT_MS = 10_000;

export async function startCluster(folder: string): Promise<Reloadable> {
  const [port, unix] = [await freePort(), join(folder, "cluster.sock")];
  const server = new RunningServer([], {
    command: ["node", `${HERE}servers/node-cluster.mjs`],
    env: { PORT: String(port), SOCKET: unix },
  });
  await server.line(/Listening at: /);
  return {
    name: "node:cluster",
    port,
    unix,
    async reload() {
      const before = server.count(/Reload complete/);
      server.signal("SIGHUP");
      await server.line(/Reload complete/, before + 1);
    },
    stop: async () => void await server.stop(),
  };
}

/** Installs PM2 in the folder, and starts it with all of its files there. Two workers, `wait_ready`. */
export async function startPm2(folder: string): Promise<Reloadable> {
  const installed = spawnSync("npm", ["install", "pm2@latest", "--prefix", folder, "--no-audit", "--no-fund"], {
    encoding: "utf8",
  });
  if (installed.status !== 0) throw new Error(`PM2 cannot be installed:\n${installed.stderr}`);
  const version: unknown = JSON.parse(readFileSync(join(folder, "node_modules/pm2/package.json"), "utf8")).version;
  const [port, unix] = [await freePort(), join(folder, "pm2.sock")];
  const ecosystem = join(folder, "ecosystem.config.cjs");
  const settings = {
    name: APP,
    script: `${HERE}servers/graceful.mjs`,
    exec_mode: "cluster",
    instances: 2,
    wait_ready: true,
    listen_timeout: 30_000,
    kill_timeout: LEAVE_LIMIT_MS,
    env: { PORT: String(port), SOCKET: unix },
  };
  writeFileSync(ecosystem, `module.exports = ${JSON.stringify({ apps: [settings] })};\n`);
  const pm2 = (...args: readonly string[]): Promise<void> => {
    const child = spawn(join(folder, "node_modules/.bin/pm2"), [...args], {
      env: { ...process.env, PM2_HOME: join(folder, "home") },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Uint8Array) => text += String(chunk));
    return new Promise((resolve, reject) => {
      child.once(
        "exit",
        (code) => code === 0 ? resolve() : reject(new Error(`pm2 ${args.join(" ")} ended with ${code}:\n${text}`)),
      );
    });
  };
  try {
    await pm2("start", ecosystem);
  } catch (error) {
    await pm2("kill");
    throw error;
  }
  return { name: `PM2 ${String(version)}`, port, unix, reload: () => pm2("reload", APP), stop: () => pm2("kill") };
}

/** Free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("No free port");
  return address.port;
}
