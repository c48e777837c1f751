import assert from "node:assert/strict";
import { before, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { BridgeHost } from "../../../src/app/bridge.ts";
import { AppLoadError } from "../../../src/app/load-error.ts";
import type { LoadingAdapter } from "../../../src/app/load.ts";
import { askProgram, type ProgramRuntime, serveProgram } from "../../../src/app/script.ts";
import type { ProgramListener, ProgramServer } from "../../../src/runtime/port.ts";
import { FakeExchange } from "./fake-exchange.ts";
import { loadingAdapter } from "./loading-adapter.ts";

const PROGRAMS = fileURLToPath(new URL("../../fixtures/script", import.meta.url));
const SETTINGS = { app: "silent.mjs", lightObjects: false, bootTimeoutMs: 30_000 };
const ASKED = { kind: "tcp", host: null, port: 3000 } as const;

/** A program that does what the test says. */
class FakeProgram {
  readonly log: string[] = [];
  readonly urls: string[] = [];
  readonly timers = new Map<number, () => void>();
  readonly loaded: PromiseWithResolvers<object> = Promise.withResolvers();
  readonly running: PromiseWithResolvers<ProgramListener> = Promise.withResolvers();
  fail: (error: unknown) => void = () => {};
  readonly #loading: LoadingAdapter;

  constructor(loading: LoadingAdapter) {
    this.#loading = loading;
  }

  get adapter(): ProgramRuntime {
    const never = (): never => assert.fail("not expected");
    return {
      ...this.#loading,
      process: {
        cwd: () => PROGRAMS,
        onUncaught: (listener: (error: unknown, origin: "exception") => void) => {
          this.fail = (error) => listener(error, "exception");
          return () => {
            this.fail = never;
          };
        },
      } as unknown as ProgramRuntime["process"],
      clock: {
        after: (delayMs: number, run: () => void) => {
          if (delayMs === 0) setImmediate(run);
          else this.timers.set(delayMs, run);
          return () => void this.timers.delete(delayMs);
        },
      } as unknown as ProgramRuntime["clock"],
      nodeHttp: () => Promise.resolve({ isServer: (_: unknown): _ is object => false, serve: never }),
      scripts: () =>
        Promise.resolve({
          hasFetchServers: true,
          run: (url: string, listener: ProgramListener) => {
            this.urls.push(url);
            this.running.resolve(listener);
            return this.loaded.promise;
          },
        }),
    };
  }

  host(age = 1): BridgeHost {
    return {
      worker: { pid: 1, age },
      addresses: [{ kind: "tcp", family: 4, host: "127.0.0.1", port: 8000 }],
      isMultiprocess: false,
      lightObjects: false,
      keepaliveMs: 0,
      log: (level, text) => void this.log.push(`${level}: ${text}`),
      onError: (error, during) => void this.log.push(`${during}: ${error}`),
    };
  }
}

const server: ProgramServer = {
  asked: ASKED,
  serve: ({ fetch }) => fetch(() => new Response("from the program")),
};

describe("a program of the script interface", () => {
  let loading: LoadingAdapter;
  let program: FakeProgram;
  before(async () => {
    loading = await loadingAdapter();
  });
  beforeEach(() => {
    program = new FakeProgram(loading);
  });

  async function refusal(serving: Promise<unknown>): Promise<string> {
    try {
      await serving;
    } catch (error) {
      assert.ok(error instanceof AppLoadError);
      assert.equal(error.exitCode, 3);
      return error.report;
    }
    assert.fail("it is served");
  }

  it("is served where it listens, while it is still loading", async () => {
    const serving = serveProgram(program.adapter, SETTINGS, program.host());
    (await program.running.promise).listened(server);
    const application = await serving;
    assert.ok(program.urls[0]?.endsWith("/silent.mjs"));
    const exchange = new FakeExchange();
    application.handle(exchange);
    await exchange.finished;
    assert.equal(exchange.text, "from the program");
    assert.equal(program.timers.size, 0);
    program.loaded.resolve({});
    await program.loaded.promise;
    assert.equal(program.timers.size, 0);
  });

  for (const [age, level] of [[1, "info"], [2, "debug"]] as const) {
    it(`says at ${level} in worker ${age} that its port is not used`, async () => {
      const serving = serveProgram(program.adapter, SETTINGS, program.host(age));
      (await program.running.promise).listened(server);
      await serving;
      assert.deepEqual(program.log, [`${level}: 'silent.mjs' asks for port 3000; it is served on 127.0.0.1:8000 instead`]);
    });
  }

  it("fails with what it throws, before its listen call and in the same turn behind it", async () => {
    for (const listens of [false, true]) {
      const each = new FakeProgram(loading);
      const serving = serveProgram(each.adapter, SETTINGS, each.host());
      const listener = await each.running.promise;
      if (listens) listener.listened(server);
      each.loaded.reject(new Error("no database"));
      assert.match(await refusal(serving), /^Failed to load 'silent\.mjs': Error: no database/);
    }
  });

  it("fails with what it throws later, as long as it does not listen", async () => {
    const serving = serveProgram(program.adapter, SETTINGS, program.host());
    await program.running.promise;
    program.loaded.resolve({});
    program.fail(new Error("no database"));
    assert.match(await refusal(serving), /^Failed to load 'silent\.mjs': Error: no database/);
  });

  it("lives on when it throws after it is served, and the log has the error", async () => {
    const serving = serveProgram(program.adapter, SETTINGS, program.host(2));
    (await program.running.promise).listened({ ...server, asked: null });
    await serving;
    program.loaded.reject(new Error("late"));
    await program.loaded.promise.catch(() => {});
    assert.deepEqual(program.log, ["'silent.mjs' after its listen call: Error: late"]);
  });

  it("fails with the reason for which it cannot be taken over", async () => {
    const serving = serveProgram(program.adapter, SETTINGS, program.host());
    (await program.running.promise).refused("it serves TLS itself");
    assert.equal(await refusal(serving), "Cannot serve 'silent.mjs': it serves TLS itself");
  });

  it("is given up shortly before boot_timeout, with what may be wrong", async () => {
    const serving = serveProgram(program.adapter, SETTINGS, program.host());
    await program.running.promise;
    program.timers.get(28_000)?.();
    assert.match(await refusal(serving), /^'silent\.mjs' does not listen after 28 s \(boot_timeout\)\nIt is still loading/);
  });

  it("is told of when it is loaded and silent, and given up with another hint", async () => {
    const serving = serveProgram(program.adapter, { ...SETTINGS, bootTimeoutMs: 3_000 }, program.host());
    await program.running.promise;
    program.loaded.resolve({ default: () => {} });
    await program.loaded.promise;
    program.timers.get(5_000)?.();
    assert.match(program.log[0] ?? "", /^warning: 'silent\.mjs' is loaded and does not listen yet\. It exports something/);
    program.timers.get(1_500)?.();
    assert.match(await refusal(serving), /after 1\.5 s \(boot_timeout\)\n.*import\.meta\.main/);
  });

  it("has no end to its loading where boot_timeout is 0", async () => {
    const serving = serveProgram(program.adapter, { ...SETTINGS, bootTimeoutMs: 0 }, program.host());
    const listener = await program.running.promise;
    assert.equal(program.timers.size, 0);
    listener.listened(server);
    await serving;
  });

  it("is only asked where it listens, and served by nobody, for bind", async () => {
    const asking = askProgram(program.adapter, SETTINGS, program.host());
    (await program.running.promise).listened({ asked: ASKED, serve: () => assert.fail("served") });
    assert.deepEqual(await asking, ASKED);
  });
});
