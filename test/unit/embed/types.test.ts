import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Server, ServerHookContext, ServeSettings } from "../../../src/mod.ts";

/** What the compiler says is the test; that the values are there is not. */
describe("The types of serve()", () => {
  it("know settings and hooks, with typed arguments", () => {
    const settings: ServeSettings = {
      app: "./app.ts:handler",
      bind: ["127.0.0.1:0", "unix:/run/app.sock"],
      workers: "auto",
      timeout: "1m",
      when_ready(server) {
        const context: ServerHookContext = server;
        return void context.log("info", server.address.join());
      },
      async child_exit(server, worker) {
        await Promise.resolve(server.numWorkers + (worker.exitCode ?? 0));
      },
    };
    assert.ok(settings);
  });

  it("refuse what the call refuses", () => {
    const refused: ServeSettings[] = [
      // @ts-expect-error It is called by workers.
      { pre_request() {} },
      // @ts-expect-error The same.
      { post_fork() {} },
      // @ts-expect-error The process is the program's.
      { daemon: true },
      // @ts-expect-error It is an option.
      { config: "tsgunicorn.config.ts" },
      // @ts-expect-error No function can be carried to a worker.
      { app: () => new Response() },
      // @ts-expect-error No such setting.
      { wokers: 2 },
    ];
    assert.equal(refused.length, 6);
  });

  it("give a server that can be disposed of", () => {
    const dispose = (server: Server): AsyncDisposable => server;
    assert.equal(dispose.length, 1);
  });
});
