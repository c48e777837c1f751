/** @module HAProxy in one process that listens on unix sockets alone: no port can be taken by somebody else. */
import { writeFileSync } from "node:fs";
import { Service } from "./child.ts";
import { programPath } from "./programs.ts";
import type { Stage } from "./stage.ts";

export interface HaproxyListener {
  /** Also the name of its unix socket in the folder of the test. */
  readonly name: string;
  readonly mode: "http" | "tcp";
  /** Address of the server, as HAProxy writes it, and what follows it. */
  readonly server: string;
  readonly lines?: readonly string[];
  /** Clients begin with HTTP. */
  readonly isPlain?: boolean;
}

/**
 * Starts HAProxy; resolves when all listeners accept. A client begins with a PROXY header (version 1 or 2), and so has any address
 * that a test wants; where the listener is plain, it has none.
 */
export async function startHaproxy(stage: Stage, listeners: readonly HaproxyListener[]): Promise<Service> {
  const path = stage.path("haproxy.cfg");
  writeFileSync(path, `${GENERAL}${listeners.map((listener) => section(stage, listener)).join("")}\n`);
  const service = new Service("haproxy", programPath("haproxy"), ["-db", "-f", path]);
  return await stage.service(service, listeners.map(({ name }) => ({ path: stage.path(name) })));
}

const GENERAL = `global
  nbthread 1
  maxconn 512
  log stdout format raw local0
defaults
  log global
  option log-health-checks
  retries 0
  timeout connect 10s
  timeout client 30s
  timeout server 30s
  timeout check 10s
`;

function section(stage: Stage, { name, mode, server, lines = [], isPlain = false }: HaproxyListener): string {
  return [
    `listen ${name}`,
    `mode ${mode}`,
    `bind unix@${stage.path(name)}${isPlain ? "" : " accept-proxy"}`,
    ...lines,
    `server s ${server}`,
    "",
  ].join("\n  ");
}
