import assert from "node:assert/strict";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { SocketAddress } from "../../src/runtime/port.ts";
import { ipv6, loopback, scriptCommand, type Site } from "../support/adapter-worker.ts";
import type { Contract } from "../support/contract.ts";
import { acceptQueue, isInheritable, isNonBlocking } from "../support/kernel.ts";
import { connectTo } from "../support/raw-client.ts";
import { startProgram } from "../support/run-program.ts";
import { loadLibc } from "#runtime";

/** Binding and listening: every address, every refusal. `folder` is an empty one for the test. */
export function socketContracts(contract: Contract, site: () => Site, folder: () => string): void {
  const unix = (name = "app.sock"): SocketAddress => ({ kind: "unix", path: join(folder(), name) });

  contract("bind() finds a free port, above the stdio slots, close-on-exec and non-blocking", () => {
    const { fd, address } = site().bind();
    assert.ok(address.kind === "tcp" && address.port > 0 && address.host === "127.0.0.1");
    assert.ok(fd >= 100);
    assert.equal(isInheritable(fd), false);
    assert.equal(isNonBlocking(fd), true);
  });

  contract("bind() takes IPv6, and IPv4 beside it when v6Only is asked for", () => {
    const { address } = site().bind(ipv6("0:0::1"));
    assert.ok(address.kind === "tcp" && address.host === "::1");
    const only = site().bind(ipv6("::"), { v6Only: true });
    site().sockets.listen(only, 8);
    assert.ok(only.address.kind === "tcp");
    site().bind({ kind: "tcp", family: 4, host: "0.0.0.0", port: only.address.port });
  });

  contract("bind() of IPv6 without v6Only takes the IPv4 side as well", () => {
    const both = site().bind(ipv6("::"));
    site().sockets.listen(both, 8);
    const { address } = both;
    assert.ok(address.kind === "tcp");
    assert.throws(() => site().bind({ kind: "tcp", family: 4, host: "0.0.0.0", port: address.port }), { code: "EADDRINUSE" });
  });

  contract("bind() names the address that is in use", () => {
    const { address } = site().listen();
    assert.ok(address.kind === "tcp");
    assert.throws(() => site().bind(address), {
      code: "EADDRINUSE",
      message: `Cannot bind "127.0.0.1:${address.port}": address already in use (EADDRINUSE)`,
    });
  });

  contract("bind() is exclusive also among sockets that are meant to have siblings", () => {
    const first = site().bind(loopback(), { siblings: true });
    site().sockets.listen(first, 8);
    site().sibling(first);
    assert.throws(() => site().bind(first.address, { siblings: true }), { code: "EADDRINUSE" });
  });

  contract("listen() refuses the second of two that bound before either listened", () => {
    const first = site().bind(loopback(), { siblings: true });
    const second = site().bind(first.address, { siblings: true });
    site().sockets.listen(first, 8);
    assert.throws(() => site().sockets.listen(second, 8), { code: "EADDRINUSE", message: /^Cannot listen on "127/ });
  });

  contract("bind() refuses an address that is not of this machine", () => {
    assert.throws(() => site().bind({ kind: "tcp", family: 4, host: "192.0.2.1", port: 0 }), { code: "EADDRNOTAVAIL" });
  });

  contract("bindSibling() refuses where siblings were not asked for", () => {
    const socket = site().listen();
    assert.throws(() => site().sibling(socket), { code: "EADDRINUSE" });
    const path = site().bind(unix());
    assert.throws(() => site().sibling(path), { code: "EOPNOTSUPP" });
  });

  contract("bindSibling() keeps v6Only", () => {
    const first = site().bind(ipv6("::"), { siblings: true, v6Only: true });
    site().sockets.listen(first, 8);
    site().sockets.listen(site().sibling(first), 8);
    assert.ok(first.address.kind === "tcp");
    site().sockets.listen(site().bind({ kind: "tcp", family: 4, host: "0.0.0.0", port: first.address.port }), 8);
  });

  contract("listen() sets the backlog, and changes it when called again", () => {
    const socket = site().listen(loopback(), 33);
    assert.equal(acceptQueue(socket.fd).backlog, 33);
    site().sockets.listen(socket, 44);
    assert.equal(acceptQueue(socket.fd).backlog, 44);
  });

  contract("bind() makes a unix socket with the mode that the umask leaves", () => {
    const first = unix("a.sock");
    site().bind(first, { unixUmask: 0o077 });
    site().bind(unix("b.sock"), { unixUmask: 0o007 });
    assert.equal(statSync(join(folder(), "a.sock")).mode & 0o777, 0o700);
    assert.equal(statSync(join(folder(), "b.sock")).mode & 0o777, 0o770);
    assert.equal(process.umask(), umaskBefore);
  });

  contract("bind() replaces a unix socket that nobody listens behind", () => {
    const path = join(folder(), "stale.sock");
    site().listen({ kind: "unix", path: join(folder(), "old.sock") });
    renameSync(join(folder(), "old.sock"), path);
    const dead = site().bind(unix("dead.sock"));
    renameSync(join(folder(), "dead.sock"), join(folder(), "moved.sock"));
    site().close(dead);
    site().listen(unix("moved.sock"));
    // The one that is alive keeps its name.
    assert.throws(() => site().bind({ kind: "unix", path }), {
      code: "EADDRINUSE",
      message: `Cannot bind "unix:${path}": address already in use (EADDRINUSE)`,
    });
  });

  contract("bind() says what is wrong with a unix path", () => {
    writeFileSync(join(folder(), "file"), "keep");
    assert.throws(() => site().bind(unix("file")), { code: "ENOTSOCK", message: /exists and is not a socket/ });
    assert.equal(statSync(join(folder(), "file")).size, 4);
    assert.throws(() => site().bind(unix("no/app.sock")), {
      code: "ENOENT",
      message: new RegExp(`folder "${folder()}/no" does not exist`),
    });
    assert.throws(() => site().bind({ kind: "unix", path: `/${"x".repeat(107)}` }), {
      code: "ENAMETOOLONG",
      message: /108 bytes, the system allows 107/,
    });
  });

  contract("bind() takes the longest unix path that the system allows", () => {
    const path = `${folder()}/`.padEnd(107, "x");
    const { address } = site().bind({ kind: "unix", path });
    assert.deepEqual(address, { kind: "unix", path });
  });

  contract("bind() says when the permission is missing", async () => {
    // Root may do anything, so the program drops to another user where the tests run as root.
    mkdirSync(join(folder(), "closed"));
    chmodSync(join(folder(), "closed"), 0o555);
    chmodSync(folder(), 0o755);
    const path = join(folder(), "closed", "app.sock");
    const command = scriptCommand("adapter-program.ts");
    const { stdout } = await startProgram({ file: command.file, args: [...command.args, "bind-unprivileged", path] }).over;
    assert.equal(stdout, `Cannot bind "unix:${path}": permission denied (EACCES)`);
  });

  contract("bind() takes an abstract unix name, which leaves no file", async () => {
    const name = `@tsgunicorn-test-${process.pid}-${Math.random()}`;
    const socket = site().listen({ kind: "unix", path: name });
    assert.deepEqual(socket.address, { kind: "unix", path: name });
    assert.throws(() => site().bind({ kind: "unix", path: name }), { code: "EADDRINUSE" });
    await connectTo(socket);
    assert.equal(site().sockets.hasWaiting(socket), true);
    assert.deepEqual(readdirSync(folder()), []);
  });

  contract("close() removes the unix socket's file, but not another server's in its place", () => {
    const first = site().bind(unix());
    site().close(first);
    assert.equal(existsSync(join(folder(), "app.sock")), false);
    const second = site().bind(unix());
    rmSync(join(folder(), "app.sock"));
    site().listen(unix());
    site().close(second);
    assert.equal(existsSync(join(folder(), "app.sock")), true);
  });

  contract("refuseNew() of a unix socket removes its file and keeps what waits", async () => {
    const socket = site().listen(unix());
    const client = await connectTo(socket);
    site().sockets.refuseNew(socket);
    assert.equal(existsSync(join(folder(), "app.sock")), false);
    await assert.rejects(connectTo(socket), { code: "ENOENT" });
    const worker = await site().serve(socket);
    client.send("who");
    assert.equal(await client.line(), String(worker.pid));
  });

  contract("inherit() moves a stream socket above the stdio slots", () => {
    const low = loadLibc().call("socket", 2, 1, 0);
    assert.ok(low < 100);
    const socket = site().own(site().sockets.inherit(low));
    assert.ok(socket.fd >= 100);
    assert.equal(isInheritable(socket.fd), false);
    assert.equal(isNonBlocking(socket.fd), true);
    assert.equal(isInheritable(low), false);
    site().sockets.listen(socket, 8);
    assert.equal(acceptQueue(socket.fd).backlog, 8);
    assert.equal(site().sockets.inherit(socket.fd).fd, socket.fd);
    const other = site().sockets.inherit(loadLibc().call("socket", 2, 1, 0));
    site().sockets.close(other);
    assert.throws(() => site().sockets.inherit(other.fd), { code: "EBADF" });
  });

  contract("inherit() refuses what is no stream socket", () => {
    const datagram = loadLibc().call("socket", 2, 2, 0);
    const file = openSync("/dev/null", "r");
    try {
      assert.throws(() => site().sockets.inherit(datagram), { code: "EPROTOTYPE", message: /it is not a stream socket/ });
      assert.throws(() => site().sockets.inherit(file), { code: "ENOTSOCK", message: /^Cannot take over descriptor \d+: / });
    } finally {
      loadLibc().call("close", datagram);
      closeSync(file);
    }
  });

  contract("close() of an inherited unix socket leaves the file to its owner", () => {
    const { fd } = site().listen(unix());
    const copy = loadLibc().call("fcntl", fd, 0, 3);
    site().sockets.close(site().sockets.inherit(copy));
    assert.equal(existsSync(join(folder(), "app.sock")), true);
  });

  contract("resolve() answers literals and looks names up, IPv4 first", async () => {
    const { sockets } = site();
    assert.deepEqual(await sockets.resolve("127.0.0.1"), { family: 4, host: "127.0.0.1" });
    assert.deepEqual(await sockets.resolve("::1"), { family: 6, host: "::1" });
    assert.deepEqual(await sockets.resolve("localhost"), { family: 4, host: "127.0.0.1" });
    await assert.rejects(sockets.resolve("name.invalid"), { name: "SystemError", message: /^Cannot resolve "name.invalid"/ });
  });
}

const umaskBefore = process.umask();
