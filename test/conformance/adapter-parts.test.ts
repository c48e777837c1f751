/**
 * The parts of the adapters that are functions of their arguments.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { createAdapter } from "#runtime";
import { encodeInheritance, takeInheritance } from "../../runtimes/shared/inheritance-variable.ts";
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../../runtimes/shared/ip-address.ts";
import { workerFlags } from "../../runtimes/shared/self-command.ts";
import { addressText, decodeSockaddr, encodeSockaddr } from "../../runtimes/shared/sockaddr.ts";
import { SystemCallError } from "../../runtimes/shared/system-error.ts";
import { writeFully } from "../../runtimes/shared/write-fully.ts";
import type { SocketAddress } from "../../src/runtime/port.ts";

describe("IP addresses", () => {
  // Left as people write it, right as RFC 5952 wants it.
  const forms: readonly (readonly [string, string])[] = [
    ["::", "::"],
    ["::1", "::1"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["fe80::", "fe80::"],
    ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
    ["::ffff:192.0.2.1", "::ffff:c000:201"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ];
  for (const [text, canonical] of forms) {
    it(`reads ${text}`, () => {
      const bytes = parseIpv6(text);
      assert.ok(bytes !== null);
      assert.equal(formatIpv6(bytes), canonical);
    });
  }

  it("reads IPv4", () => {
    const bytes = parseIpv4("192.0.2.255");
    assert.deepEqual(bytes, Uint8Array.of(192, 0, 2, 255));
    assert.equal(formatIpv4(Uint8Array.of(192, 0, 2, 255)), "192.0.2.255");
  });

  it("takes no other text", () => {
    for (const text of ["", "1.2.3", "256.0.0.1", "1.2.3.4.5", ":::", "1::2::3", "g::", "localhost"]) {
      assert.deepEqual([parseIpv4(text), parseIpv6(text)], [null, null], text);
    }
  });
});

describe("socket addresses", () => {
  const addresses: readonly (readonly [SocketAddress, string])[] = [
    [{ kind: "tcp", family: 4, host: "192.0.2.1", port: 8080 }, "192.0.2.1:8080"],
    [{ kind: "tcp", family: 6, host: "2001:db8::1", port: 65535 }, "[2001:db8::1]:65535"],
    [{ kind: "tcp", family: 6, host: "fe80::1%7", port: 1 }, "[fe80::1%7]:1"],
    [{ kind: "unix", path: "/run/ä.sock" }, "unix:/run/ä.sock"],
    [{ kind: "unix", path: "@abstract" }, "unix:@abstract"],
  ];
  for (const [address, text] of addresses) {
    it(`survive the way through the kernel's form: ${text}`, () => {
      const bytes = encodeSockaddr(address, "Cannot test");
      const padded = new Uint8Array(128);
      padded.set(bytes);
      assert.deepEqual(decodeSockaddr(padded, bytes.length), address);
      assert.equal(addressText(address), text);
    });
  }

  it("decodes an unnamed unix socket and refuses other families", () => {
    assert.deepEqual(decodeSockaddr(Uint8Array.of(1, 0), 2), { kind: "unix", path: "" });
    assert.equal(decodeSockaddr(Uint8Array.of(16, 0), 2), null);
  });

  it("refuses what cannot be encoded", () => {
    const encode = (address: SocketAddress) => () => encodeSockaddr(address, "Cannot test");
    assert.throws(encode({ kind: "tcp", family: 4, host: "::1", port: 1 }), {
      code: "EINVAL",
      message: "Cannot test: not an IPv4 address (EINVAL)",
    });
    assert.throws(encode({ kind: "tcp", family: 6, host: "127.0.0.1", port: 1 }), { code: "EINVAL" });
    assert.throws(encode({ kind: "tcp", family: 6, host: "fe80::1%none", port: 1 }), { code: "ENODEV", message: /"none"/ });
    assert.throws(encode({ kind: "unix", path: "" }), { code: "EINVAL" });
    assert.throws(encode({ kind: "unix", path: "a\0b" }), { code: "EINVAL" });
    assert.throws(encode({ kind: "unix", path: "é".repeat(54) }), { code: "ENAMETOOLONG" });
  });
});

describe("the worker variable", () => {
  const record = { listenerFds: [3, 4], heartbeatFd: 5, channelFd: 6, arbiterPid: 1, directory: "/srv", title: "worker" };

  it("is taken out of the environment", () => {
    const env = { PATH: "/bin", _TSGUNICORN_INHERITED: encodeInheritance(record), DENO_EXTRA_STDIO_FDS: "3,4" };
    assert.deepEqual(takeInheritance(env), record);
    assert.deepEqual(env, { PATH: "/bin" });
    assert.deepEqual(takeInheritance(env), record);
    assert.equal(takeInheritance({}), null);
  });

  const malformed: readonly string[] = [
    "",
    "1",
    "null",
    "{",
    "[]",
    JSON.stringify({ ...record, listenerFds: 3 }),
    JSON.stringify({ ...record, listenerFds: [-1] }),
    JSON.stringify({ ...record, listenerFds: ["3"] }),
    JSON.stringify({ ...record, heartbeatFd: 1.5 }),
    JSON.stringify({ ...record, channelFd: 2 }),
    JSON.stringify({ ...record, arbiterPid: 0 }),
    JSON.stringify({ ...record, directory: 1 }),
    JSON.stringify({ ...record, title: null }),
    JSON.stringify({ listenerFds: [] }),
  ];
  for (const text of malformed) {
    it(`is refused when it is ${text || "empty"}`, () => {
      const env = { _TSGUNICORN_INHERITED: text };
      assert.throws(() => takeInheritance(env), /"_TSGUNICORN_INHERITED" is malformed/);
      assert.deepEqual(env, {});
    });
  }

  it("makes no arbiter out of a process that has a malformed one", () => {
    process.env["_TSGUNICORN_INHERITED"] = "true";
    assert.throws(() => createAdapter(), /malformed/);
    assert.equal(process.env["_TSGUNICORN_INHERITED"], undefined);
  });
});

describe("the depth of servers that start servers", () => {
  it("is bounded", () => {
    process.env["TSGUNICORN_DEPTH"] = "4";
    try {
      const { spawner } = createAdapter({ selfCommand: { file: "/bin/false", args: [] } });
      const heartbeat = spawner.createHeartbeat(null);
      const request = { listenerFds: [], heartbeat, env: {}, title: "", runtime: null };
      assert.throws(() => spawner.spawn(request, { line() {}, closed() {}, exited() {} }), /Servers start servers, 4 deep/);
      heartbeat.close();
    } finally {
      delete process.env["TSGUNICORN_DEPTH"];
    }
  });
});

describe("flags of a worker", () => {
  it("are those of the arbiter without debugger and watcher", () => {
    const flags = [
      "--import",
      "./a.mjs",
      "--inspect",
      "--inspect-brk=0.0.0.0:9229",
      "--inspect-port",
      "0",
      "--watch-path=src",
      "--hot",
      "--max-old-space-size=64",
    ];
    assert.deepEqual(workerFlags(flags), ["--import", "./a.mjs", "--max-old-space-size=64"]);
    assert.deepEqual(workerFlags(["run", "-A", "--watch", "--hot-paths", "npm:tsgunicorn"]), [
      "run",
      "-A",
      "--hot-paths",
      "npm:tsgunicorn",
    ]);
  });
});

describe("whole writes to a pipe that does not block", () => {
  const folder = mkdtempSync(join(tmpdir(), "tsgunicorn-test-"));
  after(() => rmSync(folder, { recursive: true }));

  it("wait for a reader, and give up when their patience is over", () => {
    const path = join(folder, "pipe");
    assert.equal(spawnSync("mkfifo", [path]).status, 0);
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      assert.throws(() => writeFully(fd, new Uint8Array(4_000_000), 4), { code: "EAGAIN" });
      while (drain(fd) > 0);
      writeFully(fd, Uint8Array.of(1, 2, 3), 4);
      assert.equal(drain(fd), 3);
    } finally {
      closeSync(fd);
    }
  });

  it("say what else is wrong", () => {
    const fd = openSync("/dev/full", "w");
    try {
      assert.throws(() => writeFully(fd, Uint8Array.of(1), 4), { code: "ENOSPC" });
    } finally {
      closeSync(fd);
    }
  });
});

function drain(fd: number): number {
  try {
    return readSync(fd, new Uint8Array(65_536));
  } catch {
    return 0;
  }
}

describe("a system error", () => {
  it("says what was tried, why it failed, and the code", () => {
    assert.equal(new SystemCallError("Cannot bind", "EADDRINUSE").message, "Cannot bind: address already in use (EADDRINUSE)");
    assert.equal(new SystemCallError("Cannot bind", "EODD").message, "Cannot bind: system error (EODD)");
  });
});
