import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { BoundSocket, SocketAddress } from "../../src/runtime/port.ts";
import { ipv6, loopback, type Site } from "../support/adapter-worker.ts";
import type { Contract } from "../support/contract.ts";
import { acceptQueue } from "../support/kernel.ts";
import { connectTo, type RawClient } from "../support/raw-client.ts";

/** Accepting in workers: who gets which connection, and that none is lost. */
export function acceptContracts(contract: Contract, site: () => Site, folder: () => string): void {
  const addresses: readonly (readonly [string, () => SocketAddress])[] = [
    ["IPv4", loopback],
    ["IPv6", ipv6],
    ["a unix socket", () => ({ kind: "unix", path: join(folder(), "app.sock") })],
    ["an abstract unix socket", () => ({ kind: "unix", path: `@tsgunicorn-test-${process.pid}-${Math.random()}` })],
  ];
  for (const [kind, address] of addresses) {
    contract(`accept() serves ${kind} and knows both addresses`, async () => {
      const socket = site().listen(address());
      await site().serve(socket);
      const client = await connectTo(socket);
      client.send("where");
      const { localAddress, localPort } = client.socket;
      const want = socket.address.kind === "unix"
        ? ["", 0, "", 0]
        : [socket.address.host, localPort, localAddress, socket.address.port];
      assert.deepEqual(JSON.parse(await client.line()), want);
    });
  }

  contract("accept() serves what waited before the worker was started", async () => {
    const socket = site().listen();
    const clients = await Promise.all([1, 2, 3].map(() => connectTo(socket)));
    assert.equal(site().sockets.hasWaiting(socket), true);
    const worker = await site().serve(socket);
    assert.deepEqual(await Promise.all(clients.map(who)), [1, 2, 3].map(() => worker.pid));
    assert.equal(site().sockets.hasWaiting(socket), false);
  });

  contract("accept() rejects for a descriptor that is no socket, and for one that it accepts from", async () => {
    const socket = site().listen();
    const worker = await site().start([socket]);
    await assert.rejects(worker.order("accept", { index: 9 }), /SystemError: Cannot accept from descriptor -1/);
    await worker.order("accept");
    await assert.rejects(worker.order("accept"), /it is in use or was closed/);
  });

  contract("close(true) keeps what waits for the next accept() of the same descriptor", async () => {
    const socket = site().listen();
    const worker = await site().serve(socket);
    const early = await connectTo(socket);
    assert.equal(await who(early), worker.pid);
    for (let round = 0; round < 5; round++) {
      await worker.order("close", { keep: true });
      const clients = await Promise.all([1, 2, 3].map(() => connectTo(socket)));
      assert.equal(acceptQueue(socket.fd).waiting, 3);
      await worker.order("accept", { backlog: 32 });
      assert.deepEqual(await Promise.all(clients.map(who)), [1, 2, 3].map(() => worker.pid));
    }
    early.send("still here\n");
    assert.match(new TextDecoder().decode(await early.bytes(`${worker.pid}\nstill here\n`.length)), /still here/);
  });

  contract("no connection is lost while accepting stops and starts", async () => {
    const socket = site().listen(loopback(), 256);
    const worker = await site().serve(socket);
    const clients: Promise<number>[] = [];
    for (let round = 0; round < 10; round++) {
      for (let count = 0; count < 6; count++) clients.push(connectTo(socket).then(who));
      await worker.order("close", { keep: true });
      for (let count = 0; count < 2; count++) clients.push(connectTo(socket).then(who));
      await worker.order("accept", { backlog: 256 });
    }
    assert.deepEqual([...new Set(await Promise.all(clients))], [worker.pid]);
  });

  contract("close(false) leaves the queue to the other workers", async () => {
    const path = join(folder(), "app.sock");
    const socket = site().listen({ kind: "unix", path });
    const first = await site().serve(socket);
    await first.order("close", { keep: false });
    await assert.rejects(first.order("accept"), /was closed/);
    const client = await connectTo(socket);
    const second = await site().serve(socket);
    assert.equal(await who(client), second.pid);
    assert.equal(existsSync(path), true);
  });

  contract("a connection that waits survives the worker that did not accept it", async () => {
    const socket = site().listen();
    const first = await site().start([socket]);
    const client = await connectTo(socket);
    site().adapter.process.kill(first.pid, "SIGKILL");
    await first.exited;
    const second = await site().serve(socket);
    assert.equal(await who(client), second.pid);
  });

  contract("a sibling that does not listen gets no connections until it does", async () => {
    const first = site().bind(loopback(), { siblings: true });
    site().sockets.listen(first, 64);
    const sibling = site().sibling(first);
    assert.deepEqual(sibling.address, first.address);
    await Promise.all(Array.from({ length: 16 }, () => connectTo(first)));
    assert.equal(acceptQueue(first.fd).waiting, 16);
    site().sockets.listen(sibling, 64);
    await Promise.all(Array.from({ length: 48 }, () => connectTo(first)));
    assert.ok(acceptQueue(sibling.fd).waiting > 0);
    assert.equal(acceptQueue(first.fd).waiting + acceptQueue(sibling.fd).waiting, 64);
  });

  contract("siblings that were bound before the first listened share as well", async () => {
    const first = site().bind(loopback(), { siblings: true });
    const all = [first, site().sibling(first), site().sibling(first)];
    for (const socket of all) site().sockets.listen(socket, 64);
    await Promise.all(Array.from({ length: 60 }, () => connectTo(first)));
    const waiting = all.map(({ fd }) => acceptQueue(fd).waiting);
    assert.equal(waiting.reduce((sum, count) => sum + count, 0), 60);
    assert.ok(waiting.every((count) => count > 0), `Distribution ${waiting}`);
  });

  contract("4 workers with a sibling each share 64 connections, none more than twice the mean", async () => {
    const first = site().bind(loopback(), { siblings: true });
    site().sockets.listen(first, 64);
    const all = [first, site().sibling(first), site().sibling(first), site().sibling(first)];
    for (const socket of all) site().sockets.listen(socket, 64);
    const workers = await Promise.all(all.map((socket) => site().serve(socket)));
    const pids = await Promise.all(Array.from({ length: 64 }, () => connectTo(first).then(who)));
    const counts = workers.map(({ pid }) => pids.filter((other) => other === pid).length);
    assert.equal(counts.reduce((sum, count) => sum + count, 0), 64);
    assert.ok(Math.max(...counts) <= 32, `Distribution ${counts}`);
  });

  contract("refuseNew() keeps what waits and lets nothing new in, over IPv4 and IPv6", async () => {
    await Promise.all([loopback(), ipv6()].map(async (address) => {
      const socket = site().listen(address);
      const queued = await connectTo(socket);
      site().sockets.refuseNew(socket);
      const late = assert.rejects(connectTo(socket), { code: "ECONNREFUSED" });
      assert.equal(site().sockets.hasWaiting(socket), true);
      const worker = await site().serve(socket);
      assert.equal(await who(queued), worker.pid);
      assert.equal(site().sockets.hasWaiting(socket), false);
      await leave(site(), socket, worker);
      // Its SYN was dropped; the next one, a second later, finds nobody.
      await late;
      queued.send("served on\n");
      await queued.bytes(`${worker.pid}\nserved on\n`.length);
    }));
  });
}

/** Closes the listener everywhere; the worker keeps its connections. */
async function leave(site: Site, socket: BoundSocket, worker: Awaited<ReturnType<Site["serve"]>>): Promise<void> {
  await worker.order("close", { keep: false });
  site.close(socket);
}

async function who(client: RawClient): Promise<number> {
  client.send("who");
  return Number(await client.line());
}
