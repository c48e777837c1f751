/**
 * What the tests of one suite share: a folder, servers and proxies that are started once and always stopped.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Client, type Target } from "../support/client.ts";
import { RunningServer, type StartOptions } from "../support/server.ts";
import type { Service } from "./child.ts";

const TEST_LIMIT = { timeout: 60_000 };
const READY_LIMIT_MS = 20_000;
const TRY_AGAIN_MS = 10;

/** Made inside `describe`: opens before its tests and closes after them. */
export class Stage {
  #folder = "";
  #servers: RunningServer[] = [];
  #services: Service[] = [];

  constructor(open: (stage: Stage) => Promise<void>) {
    before(async () => {
      this.#folder = mkdtempSync(join(tmpdir(), "tsgunicorn-"));
      try {
        await open(this);
      } catch (error) {
        throw this.#explain(error);
      }
    });
    after(() => this.#close());
  }

  /** A path in the folder; short, for a unix socket's has 107 bytes at most. */
  path(name: string): string {
    return join(this.#folder, name);
  }

  /** A server of the application `clients:app`, whose workers listen. */
  async server(args: readonly string[], options?: StartOptions): Promise<RunningServer> {
    const server = new RunningServer([...args, "clients:app"], options);
    this.#servers.push(server);
    await server.ready(1);
    return server;
  }

  /** Keeps what was started. Waits until all of its addresses accept. */
  async service(service: Service, targets: readonly Target[]): Promise<Service> {
    this.#services.push(service);
    for (const target of targets) await accepts(target, service);
    return service;
  }

  /** A test; what all programs printed is in the message of its failure. */
  it(title: string, test: () => Promise<void>): void {
    it(title, TEST_LIMIT, async () => {
      try {
        await test();
      } catch (error) {
        throw this.#explain(error);
      }
    });
  }

  #explain(error: unknown): unknown {
    const logs = [
      ...this.#servers.map((server) => `--- server ---\n${server.transcript()}`),
      ...this.#services.map(({ name, lines }) => `--- ${name} ---\n${lines.join("\n")}`),
    ];
    if (error instanceof Error) error.message += `\n${logs.join("\n")}`;
    return error;
  }

  async #close(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.stop()));
    await Promise.all(this.#servers.map((server) => server.stop()));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Waits until `target` accepts a connection. */
async function accepts(target: Target, service: Service): Promise<void> {
  const limit = Date.now() + READY_LIMIT_MS;
  for (;;) {
    try {
      (await Client.connect(target)).close();
      return;
    } catch (error) {
      if (service.hasEnded) throw new Error(`${service.name} ended before it accepted`, { cause: error });
      if (Date.now() > limit) throw new Error(`${service.name} does not accept`, { cause: error });
      await pause(TRY_AGAIN_MS);
    }
  }
}
