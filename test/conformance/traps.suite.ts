/**
 * The traps that hold for every pair of an arbiter's and a worker's runtime.
 */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { BoundSocket } from "../../src/runtime/port.ts";
import type { Site } from "../support/adapter-worker.ts";
import { acceptQueue, isInheritable, isNonBlocking } from "../support/kernel.ts";
import { connectTo } from "../support/raw-client.ts";

const timeout = 30_000;

/** One test for each. */
export function trapSuite(site: () => Site): void {
  it("trap 1: a worker that is started does not make the listeners of the others blocking", { timeout }, async () => {
    const socket = site().listen();
    const first = await site().serve(socket);
    const starting = site().start([socket]);
    assert.equal(isNonBlocking(socket.fd), true);
    const second = await starting;
    assert.equal(isNonBlocking(socket.fd), true);
    assert.equal(await who(socket), first.pid);
    await second.order("accept");
    first.send("echo not blocked in accept(2)");
    await first.line("echo not blocked in accept(2)");
  });

  it("trap 2: every signal is sent, and the end is reported as it was", { timeout }, async () => {
    const worker = await site().start();
    await worker.order("hear");
    for (const signal of ["SIGTERM", "SIGHUP", "SIGTERM"] as const) site().adapter.process.kill(worker.pid, signal);
    await Promise.all([worker.line("first SIGTERM"), worker.line("first SIGHUP")]);
    site().adapter.process.kill(worker.pid, "SIGWINCH");
    await worker.line("first SIGWINCH");
    worker.send(JSON.stringify({ do: "exit", count: 0 }));
    assert.deepEqual(await worker.exited, { code: 0, signal: null });
  });

  it("trap 5: descriptors in any order, also twice, stay what they are", { timeout }, async () => {
    const [a, b] = [site().listen(), site().listen()];
    const worker = await site().start([b, a, b]);
    await worker.order("accept", { index: 1 });
    assert.equal(await who(a), worker.pid);
    await connectTo(b);
    assert.deepEqual([acceptQueue(a.fd).waiting, acceptQueue(b.fd).waiting], [0, 1]);
    await worker.order("beat", { count: 4 });
    assert.equal(worker.heartbeat.beats(), 4);
  });

  it("trap 6: programs that the application starts do not inherit the listeners", { timeout }, async () => {
    const worker = await site().start(Array.from({ length: 24 }, () => site().listen()));
    const { fds } = await worker.order("child-fds");
    assert.ok(Array.isArray(fds) && fds.length > 0, "Saw no descriptors at all");
    assert.deepEqual(fds.filter((link) => String(link).startsWith("socket:")), []);
  });

  it("trap 6: nor do programs that the arbiter starts", { timeout }, async () => {
    const socket = site().listen();
    await site().start([socket]);
    assert.equal(isInheritable(socket.fd), false);
  });

  it("trap 7: exit() does not wait for an idle channel", { timeout }, async () => {
    const worker = await site().start();
    await worker.order("leave", { count: 4 });
    site().adapter.process.kill(worker.pid, "SIGTERM");
    assert.deepEqual(await worker.exited, { code: 4, signal: null });
  });

  it("trap 8: a worker that has said that it is ready is neither stopped nor killed by signals", { timeout }, async () => {
    const worker = await site().start();
    await worker.order("hear");
    for (const signal of ["SIGTTIN", "SIGTERM", "SIGHUP", "SIGUSR1"] as const) {
      site().adapter.process.kill(worker.pid, signal);
      await worker.line(`first ${signal}`);
    }
    worker.send("echo running");
    await worker.line("echo running");
  });

  it("trap 9: accepting does not change the backlog", { timeout }, async () => {
    const socket = site().listen(undefined, 33);
    const worker = await site().start([socket]);
    await worker.order("accept", { backlog: 33 });
    assert.equal(acceptQueue(socket.fd).backlog, 33);
    await worker.order("close");
    await worker.order("accept", { backlog: 33 });
    assert.equal(acceptQueue(socket.fd).backlog, 33);
  });

  it("trap 14: accepting can stop and start for ever without losing descriptors", { timeout }, async () => {
    const socket = site().listen();
    const worker = await site().serve(socket);
    const cycle = async (): Promise<void> => {
      await worker.order("close");
      await worker.order("accept");
    };
    await cycle();
    const { fds } = await worker.order("count-fds");
    for (let count = 0; count < 20; count++) await cycle();
    assert.deepEqual((await worker.order("count-fds"))["fds"], fds);
    assert.equal(await who(socket), worker.pid);
  });
}

async function who(socket: BoundSocket): Promise<number> {
  const client = await connectTo(socket);
  client.send("who");
  return Number(await client.line());
}
