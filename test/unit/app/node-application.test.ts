import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { BridgeHost, ServedApplication } from "../../../src/app/bridge.ts";
import { AppLoadError } from "../../../src/app/load-error.ts";
import { serveNodeApplication } from "../../../src/app/node-application.ts";
import { recogniseNode } from "../../../src/app/node-frameworks.ts";
import type { NodeHttpPort } from "../../../src/runtime/port.ts";
import { FakeExchange } from "./fake-exchange.ts";

/** A bridge that tells what it is asked for. */
class World {
  readonly told: unknown[] = [];
  readonly server: object = { listen: () => {}, close: () => {}, address: () => {}, on: () => {}, emit: () => {} };
  readonly host: BridgeHost = {
    worker: { pid: 1, age: 1 },
    addresses: [],
    isMultiprocess: false,
    lightObjects: true,
    keepaliveMs: 0,
    log: () => {},
    onError: (error, during) => void this.told.push(`${error} in ${during}`),
  };
  readonly nodeHttp: NodeHttpPort = {
    isServer: (value): value is object => value === this.server,
    serve: (target): ServedApplication => {
      this.told.push(["serve", target]);
      return {
        handle: () => void this.told.push("handle"),
        pendingCount: 3,
        settled: async () => void this.told.push("settled"),
        drain: () => void this.told.push("drain"),
        close: async () => void this.told.push("bridge closes"),
      };
    },
  };

  async serve(value: unknown): Promise<ServedApplication> {
    const application = recogniseNode(value);
    assert.ok(application !== null);
    return await serveNodeApplication(this.nodeHttp, application, this.host);
  }

  fastify(close: () => unknown): object {
    const ready = (): Promise<void> => Promise.resolve().then(() => void this.told.push("ready"));
    return { ready, close, routing: () => {}, inject: () => {}, server: this.server };
  }
}

describe("An application of the node interface", () => {
  it("is got ready before it is served, and closes with its worker, after its server", async () => {
    const world = new World();
    const served = await world.serve(world.fastify(async () => void world.told.push("application closes")));
    served.handle(new FakeExchange());
    assert.equal(served.pendingCount, 3);
    await served.settled();
    served.drain();
    await served.close();
    assert.deepEqual(world.told, [
      "ready",
      ["serve", world.server],
      "handle",
      "settled",
      "drain",
      "bridge closes",
      "application closes",
    ]);
  });

  it("whose close() fails is told of, and closed all the same", async () => {
    const failures: (() => unknown)[] = [() => Promise.reject(new Error("busy")), () => {
      throw new Error("busy");
    }];
    for (const close of failures) {
      const world = new World();
      await (await world.serve(world.fastify(close))).close();
      assert.deepEqual(world.told.slice(2), ["bridge closes", "Error: busy in the application's close()"]);
    }
  });

  it("without an end of its own is served as it is", async () => {
    const world = new World();
    const served = await world.serve(world.server);
    await served.close();
    assert.deepEqual(world.told, [["serve", world.server], "bridge closes"]);
  });

  it("of Koa and of Nest is what they make of it", async () => {
    const world = new World();
    const listener = (): void => {};
    await world.serve({ callback: () => listener, middleware: [] });
    await world.serve({
      getHttpAdapter: () => ({ getInstance: () => ({ ready: () => void world.told.push("Fastify ready") }) }),
      getHttpServer: () => world.server,
      init: () => void world.told.push("init"),
      close: () => {},
    });
    assert.deepEqual(world.told, [["serve", listener], "init", "Fastify ready", ["serve", world.server]]);
  });

  it("whose server is of another protocol is refused", async () => {
    const world = new World();
    const refused = (error: unknown): boolean =>
      error instanceof AppLoadError && error.exitCode === 4 && /http\.createServer/.test(error.report);
    await assert.rejects(world.serve({ ...world.server }), refused);
    await assert.rejects(world.serve({ ...world.fastify(() => {}), server: {} }), refused);
    assert.deepEqual(world.told, ["ready"]);
  });

  it("that has nothing to serve fails as what it threw", async () => {
    const world = new World();
    await assert.rejects(world.serve({ callback: () => null, middleware: [] }), /callback\(\) gave nothing that can be served/);
    await assert.rejects(
      world.serve({ ...world.fastify(() => {}), ready: () => Promise.reject(new Error("plugin")) }),
      /^Error: plugin$/,
    );
  });
});
