import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Exchange } from "../../../src/app/application.ts";
import type { ServedApplication } from "../../../src/app/bridge.ts";
import { HookCaller } from "../../../src/hooks/caller.ts";
import { type HookedService, hookRequests } from "../../../src/hooks/request-hooks.ts";
import type { RequestHookContext, ServerHooks, WorkerHookContext } from "../../../src/hooks/types.ts";
import type { AccessRecord } from "../../../src/log/access.ts";
import { requestHead } from "../app/fake-exchange.ts";
import { HookRig, never } from "./rig.ts";

const WORKER = { pid: 1 } as unknown as WorkerHookContext;

/** An exchange that notes what is done with it. */
class Seen {
  readonly failures: unknown[] = [];
  aborted = false;
  readonly head = requestHead({ target: "/a?b=c", fields: ["Host", "x", "X-A", "1", "x-a", "2"] });
  readonly origin = { clientAddress: "192.0.2.9" };
  fail(error: unknown): void {
    this.failures.push(error);
  }
  get exchange(): Exchange {
    return this as unknown as Exchange;
  }
  entry(status: number): AccessRecord {
    return { remoteAddress: "192.0.2.9", head: this.head, status, bodyBytes: 5 };
  }
}

class Bench {
  readonly rig = new HookRig();
  readonly handled: Exchange[] = [];
  readonly recorded: number[] = [];
  readonly told: string[] = [];
  nowMs = 100;
  readonly service: HookedService;

  constructor(hooks: Pick<ServerHooks, "pre_request" | "post_request">) {
    const application: ServedApplication = {
      handle: (exchange) => void this.handled.push(exchange),
      pendingCount: 0,
      settled: () => Promise.resolve(),
      drain: () => void this.told.push("drain"),
      close: async () => void this.told.push("close"),
    };
    const access = { record: ({ status }: AccessRecord) => void this.recorded.push(status), flush: () => {} };
    this.service = hookRequests(application, access, {
      hooks,
      worker: WORKER,
      caller: new HookCaller(this.rig.clock, this.rig.log),
      limitMs: 3_000,
      monotonicMs: () => this.nowMs,
      log: this.rig.log,
    });
  }

  handle(seen: Seen): void {
    this.service.application.handle(seen.exchange);
  }
}

describe("The hooks around requests", () => {
  it("leave the application's end to it", async () => {
    const bench = new Bench({ pre_request: () => {} });
    bench.service.application.drain();
    await bench.service.application.close();
    assert.deepEqual(bench.told, ["drain", "close"]);
  });
});

describe("pre_request", () => {
  it("sees the request, which reaches the application in the same turn", () => {
    const looks: unknown[] = [];
    const bench = new Bench({
      pre_request(worker, request): void {
        const { method, target, path, query, version, headers, remoteAddress } = request;
        const found = [request.header("x-A"), request.header("none")];
        looks.push(worker, { method, target, path, query, version, headers, remoteAddress, found });
      },
    });
    const seen = new Seen();
    bench.handle(seen);
    assert.deepEqual(bench.handled, [seen.exchange]);
    assert.deepEqual(looks, [WORKER, {
      method: "GET",
      target: "/a?b=c",
      path: "/a",
      query: "b=c",
      version: "1.1",
      headers: [["Host", "x"], ["X-A", "1"], ["x-a", "2"]],
      remoteAddress: "192.0.2.9",
      found: ["1", null],
    }]);
  });

  it("that throws fails the request, which the application never sees", async () => {
    for (
      const hook of [() => Promise.reject(new Error("no")), () => {
        throw new Error("no");
      }]
    ) {
      const bench = new Bench({ pre_request: hook });
      const seen = new Seen();
      bench.handle(seen);
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      assert.equal(bench.handled.length, 0);
      const [failure] = seen.failures;
      assert.ok(failure instanceof Error && failure.cause instanceof Error);
      assert.deepEqual([failure.message, failure.cause.message], ["Exception in pre_request hook", "no"]);
    }
  });

  it("that never ends fails the request", async () => {
    const bench = new Bench({ pre_request: () => never });
    const seen = new Seen();
    bench.handle(seen);
    assert.deepEqual(bench.rig.delays, [3_000]);
    bench.rig.expire();
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    assert.equal(seen.failures.length, 1);
    assert.equal(bench.handled.length, 0);
  });

  it("that is asynchronous holds the request, and drops it where the client has left meanwhile", async () => {
    const bench = new Bench({ pre_request: async () => {} });
    const [stays, leaves] = [new Seen(), new Seen()];
    bench.handle(stays);
    bench.handle(leaves);
    assert.equal(bench.handled.length, 0);
    leaves.aborted = true;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    assert.deepEqual(bench.handled, [stays.exchange]);
    assert.deepEqual(leaves.failures, []);
  });
});

describe("post_request", () => {
  it("comes once after the answer, in another turn, and the worker waits for it", async () => {
    const calls: unknown[] = [];
    let kept: RequestHookContext | null = null;
    let finish: () => void = () => {};
    const bench = new Bench({
      post_request(_worker, request, response): Promise<void> {
        kept = request;
        calls.push([request.target, response]);
        return new Promise((resolve) => finish = resolve);
      },
    });
    const seen = new Seen();
    bench.handle(seen);
    bench.nowMs += 12;
    bench.service.access.record(seen.entry(200));
    assert.deepEqual([calls, bench.recorded, bench.service.application.pendingCount], [[], [200], 1]);
    const settled = bench.service.application.settled();
    bench.service.access.record(seen.entry(200));
    await Promise.resolve();
    assert.deepEqual(calls, [["/a?b=c", { status: 200, bodyBytes: 5, durationMs: 12 }]]);
    seen.origin.clientAddress = "";
    assert.equal((kept as unknown as RequestHookContext).remoteAddress, "192.0.2.9");
    finish();
    await settled;
    assert.equal(bench.service.application.pendingCount, 0);
  });

  it("is not called for what never reached pre_request", async () => {
    let calls = 0;
    const bench = new Bench({ post_request: () => void calls++ });
    bench.service.access.record(new Seen().entry(400));
    await Promise.resolve();
    assert.deepEqual([calls, bench.recorded], [0, [400]]);
  });

  it("that throws, or never ends, is logged", async () => {
    const throwing = new Bench({
      post_request: () => {
        throw new Error("no");
      },
    });
    const hanging = new Bench({ post_request: () => never });
    for (const bench of [throwing, hanging]) {
      const seen = new Seen();
      bench.handle(seen);
      bench.service.access.record(seen.entry(500));
      await Promise.resolve();
      bench.rig.expire();
      await bench.service.application.settled();
    }
    assert.deepEqual(throwing.rig.lines, ["error: Exception in post_request hook | Error: no"]);
    assert.deepEqual(hanging.rig.lines, ["error: Hook post_request is given up: it did not finish within 3 s"]);
  });
});
