/** @module nginx as the current user, with everything that it writes in the folder of the test. */
import { mkdirSync, writeFileSync } from "node:fs";
import { Service } from "./child.ts";
import { freePort } from "./ports.ts";
import { findProgram, programPath } from "./programs.ts";
import type { Stage } from "./stage.ts";

const ATTEMPTS = 5;

export interface NginxOptions {
  /** Content of `http`, and of `stream`, where nginx listens on the port and wherever else they say. */
  readonly http: (port: number) => string;
  readonly stream?: (port: number) => string;
}

/** The ports of 127.0.0.1 that `http` and `stream` got. */
export interface NginxPorts {
  readonly http: number;
  readonly stream: number;
}

/** Starts nginx; resolves when it accepts. Tries other ports where somebody was faster. */
export async function startNginx(stage: Stage, options: NginxOptions): Promise<NginxPorts> {
  mkdirSync(stage.path("nginx"));
  for (let attempt = 1;; attempt++) {
    const ports = { http: await freePort(), stream: await freePort() };
    writeFileSync(stage.path("nginx.conf"), configuration(stage, options, ports));
    const args = ["-p", stage.path("nginx"), "-c", stage.path("nginx.conf"), "-e", "stderr"];
    const service = new Service("nginx", programPath("nginx"), args);
    try {
      // Said when all addresses are bound.
      await service.line(/start worker processes|using the "epoll" event method|Address already in use/);
      if (!service.lines.some((line) => line.includes("Address already in use"))) {
        await stage.service(service, [{ port: ports.http }]);
        return ports;
      }
    } catch (error) {
      await stage.service(service, []);
      throw error;
    }
    await service.stop();
    if (attempt === ATTEMPTS) throw new Error(`nginx found no free port:\n${service.lines.join("\n")}`);
  }
}

function configuration(stage: Stage, { http, stream }: NginxOptions, ports: NginxPorts): string {
  const module = stream === undefined ? null : findProgram("nginx stream module");
  const scratch = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${stage.path("nginx")}/${name};`);
  // One process: nothing is left behind when it is killed, and it stays the user that it was started as.
  return `
daemon off;
master_process off;
pid ${stage.path("nginx.pid")};
error_log stderr notice;
${module === null || module === "built-in" ? "" : `load_module ${module};`}
events { worker_connections 256; }
http {
  access_log off;
  ${scratch.join("\n  ")}
  ${http(ports.http)}
}
${stream === undefined ? "" : `stream {\n${stream(ports.stream)}\n}`}
`;
}
