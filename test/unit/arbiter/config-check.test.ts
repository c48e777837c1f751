import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkBinds } from "../../../src/arbiter/config-check-binds.ts";
import { checkFiles } from "../../../src/arbiter/config-check-files.ts";
import { Findings } from "../../../src/arbiter/config-check-findings.ts";
import { findPidfileOwner, type PidfileOwner } from "../../../src/arbiter/config-check-server.ts";
import { ConfigWarnings } from "../../../src/arbiter/config-warnings.ts";
import { ConfigError } from "../../../src/config/errors.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { RuntimeAdapter, SocketAddress } from "../../../src/runtime/port.ts";
import { fakeHost } from "../config/fake-host.ts";

const NOBODY: PidfileOwner = { kind: "nobody" };

function failing(code: string): Error {
  return Object.assign(new Error(`it failed (${code})`), { code });
}

/** What a terminal would show. */
function printed(findings: Findings): string[] {
  let text = "";
  const adapter = {
    logs: { terminal: () => ({ isTerminal: false, columns: 80 }), print: (_: string, more: string) => void (text += more) },
    process: { env: {} },
  } as unknown as RuntimeAdapter;
  findings.print(adapter);
  return text === "" ? [] : text.trimEnd().split("\n");
}

describe("--check-config: addresses", () => {
  async function check(
    argv: readonly string[],
    errors: Readonly<Record<string, string>> = {},
    server = NOBODY,
  ): Promise<{ readonly lines: readonly string[]; readonly tried: readonly SocketAddress[]; readonly isGood: boolean }> {
    const config = await loadConfig(fakeHost().host, argv);
    const findings = new Findings([]);
    const tried: SocketAddress[] = [];
    await checkBinds(
      {
        resolve: (host) =>
          Promise.resolve({ family: host.includes(":") ? 6 : 4, host: host === "localhost" ? "127.0.0.1" : host }),
        tryBind(address) {
          tried.push(address);
          const code = errors[address.kind === "tcp" ? `${address.host}:${address.port}` : address.path];
          if (code !== undefined) throw failing(code);
        },
        lookAtInherited(fd) {
          const code = errors[`fd://${fd}`];
          if (code !== undefined) throw failing(code);
          return { kind: "unix", path: "" };
        },
      },
      config,
      server,
      findings,
    );
    return { lines: printed(findings), tried, isGood: findings.isGood };
  }

  it("tries each, by its address", async () => {
    const { lines, tried } = await check(["-b", "localhost:80", "-b", "[::]:80", "-b", "unix:run/a"]);
    assert.deepEqual(lines, []);
    assert.deepEqual(tried, [
      { kind: "tcp", family: 4, host: "127.0.0.1", port: 80 },
      { kind: "tcp", family: 6, host: "::", port: 80 },
      { kind: "unix", path: "/site/run/a" },
    ]);
  });

  it("tells all that cannot be had, and what to do", async () => {
    const argv = ["1.2.3.4:80", "0.0.0.0:81", "0.0.0.0:8081", "unix:run/a"].flatMap((text) => ["-b", text]);
    const { lines } = await check(argv, {
      "1.2.3.4:80": "EADDRNOTAVAIL",
      "0.0.0.0:81": "EACCES",
      "0.0.0.0:8081": "EADDRINUSE",
      "/site/run/a": "EACCES",
    });
    assert.deepEqual(lines.map((line) => line.replace(/; .*/, "")), [
      "Error: bind: it failed (EADDRNOTAVAIL) (from --bind)",
      "Error: bind: it failed (EACCES) (from --bind)",
      'Error: bind: "0.0.0.0:8081" is in use (from --bind)',
      "Error: bind: it failed (EACCES) (from --bind)",
    ]);
    assert.ok(lines[0]?.endsWith('this machine does not have it; use one that it has, or "0.0.0.0" for all'));
    assert.match(lines[1] ?? "", /ports below 1024 are for root/);
    assert.match(lines[2] ?? "", /choose another address; if it is this very server that runs, name its pidfile$/);
    assert.match(lines[3] ?? "", /let this user write in the folder/);
  });

  it("two that overlap, unless the port is shared", async () => {
    const argv = ["-b", "0.0.0.0:80", "-b", "localhost:80", "-b", "[::1]:80", "-b", "127.0.0.1:0", "-b", "127.0.0.1:0"];
    assert.deepEqual((await check(argv)).lines, [
      'Error: bind: "localhost:80" and "0.0.0.0:80" cannot both be listened on (from --bind); remove one of them',
    ]);
    assert.deepEqual((await check(["--reuse-port", ...argv])).lines, []);
  });

  it("in use by the server that runs is a note; by anybody else it is a problem", async () => {
    const argv = ["-b", ":80"];
    const noted = await check(argv, { "0.0.0.0:80": "EADDRINUSE" }, { kind: "server", pid: 7 });
    assert.deepEqual([noted.isGood, noted.lines], [
      true,
      ['Note: "0.0.0.0:80" is in use, as it is while the server runs (pid 7, as the pidfile says)'],
    ]);
    assert.equal((await check(argv, { "0.0.0.0:80": "EADDRINUSE" }, { kind: "stranger", pid: 7 })).isGood, false);
    assert.equal((await check(argv, { "0.0.0.0:80": "EACCES" }, { kind: "server", pid: 7 })).isGood, false);
  });

  it("descriptors that are no sockets", async () => {
    const { lines } = await check(["-b", "fd://3", "-b", "fd://4"], { "fd://4": "ENOTSOCK" });
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? "",
      /^Error: bind: it failed \(ENOTSOCK\) \(from --bind\); the socket must be open when tsgunicorn starts/,
    );
  });
});

describe("--check-config: files", () => {
  it("writes to files that are there, else to their folders, and reads what is watched", async () => {
    const argv = ["--pid", "run/p", "--log-file", "log/e", "--access-logfile", "log/a", "--worker-tmp-dir", "/dev/shm"];
    const { host } = fakeHost({ files: { "/site/x.html": "" } });
    const config = await loadConfig(host, [...argv, "--reload-extra-file", "x.html", "--reload-extra-file", "*.md"]);
    const used: string[] = [];
    const look = (codes: Readonly<Record<string, string>>): string[] => {
      const findings = new Findings([]);
      checkFiles(
        host.files,
        {
          access(path, wanted) {
            used.push(`${wanted} ${path}`);
            const code = codes[path];
            if (code !== undefined) throw failing(code);
          },
        },
        config,
        findings,
      );
      return printed(findings);
    };
    assert.deepEqual(look({ "/site/log/a": "ENOENT" }), []);
    assert.deepEqual([...new Set(used)], [
      "write /site/run",
      "write /site/log/e",
      "write /site/log/a",
      "write /site/log",
      "write /dev/shm",
      "read /site/x.html",
    ]);
    assert.deepEqual(look({ "/site/run": "EROFS", "/site/log/e": "EACCES", "/site/log/a": "ENOENT", "/site/log": "EACCES" }), [
      "Error: pidfile: it failed (EROFS) (from --pid); let this user write there, or choose another path",
      "Error: errorlog: it failed (EACCES) (from --error-logfile); let this user write there, or choose another path",
      "Error: accesslog: it failed (EACCES) (from --access-logfile); let this user write there, or choose another path",
    ]);
  });
});

describe("--check-config: who has the pid file", () => {
  function owner(pid: string, words: readonly string[], isAlive = true): PidfileOwner {
    const { host } = fakeHost({ files: { "/run/p": pid, "/proc/7/cmdline": words.join("\0") } });
    return findPidfileOwner({
      files: host.files,
      process: { pid: 9, exists: () => isAlive },
      spawner: { ownCommand: () => ["/bin/node", "/opt/site/main.js"] },
    } as unknown as RuntimeAdapter, "/run/p");
  }

  it("a server by its title or by its script, a stranger by anything else", () => {
    assert.deepEqual(owner("7\n", ["tsgunicorn: arbiter [app:app]", ""]), { kind: "server", pid: 7 });
    assert.deepEqual(owner("7", ["deno", "run", "/opt/site/main.js", "app:app"]), { kind: "server", pid: 7 });
    for (const word of ["/a/node_modules/.bin/tsgunicorn", "npm:tsgunicorn@0.1", "/a/tsgunicorn/dist/cli.js"]) {
      assert.deepEqual(owner("7", ["node", word]), { kind: "server", pid: 7 }, word);
    }
    for (
      const words of [["sleep", "60"], ["bun", "test", "--reporter-outfile=/tmp/tsgunicorn-test-x/bun.xml"], [
        "vi",
        "/srv/tsgunicorn.config.ts",
      ]]
    ) {
      assert.deepEqual(owner("7", words), { kind: "stranger", pid: 7 }, words.join(" "));
    }
  });

  it("nobody where it is stale, empty, missing or this process's", () => {
    for (const found of [owner("7", ["sleep"], false), owner("", []), owner("x", []), owner("9", ["sleep"])]) {
      assert.deepEqual(found, NOBODY);
    }
    assert.deepEqual(findPidfileOwner({ files: fakeHost().host.files } as unknown as RuntimeAdapter, "/run/none"), NOBODY);
  });
});

describe("Findings", () => {
  it("print problems first, then what one of them has to tell, warnings and notes", () => {
    const problem = { setting: "bind", source: "default", message: "is\n  wrong", hint: "change it" };
    const findings = new Findings([problem]);
    findings.note("By the way");
    findings.warning({ ...problem, source: "--bind" });
    findings.reportedProblem({ setting: null, source: null, message: "broken", hint: null }, ["at x", "", "at y"]);
    assert.deepEqual(printed(findings), [
      "Error: bind: is wrong; change it",
      "Error: broken",
      "  at x",
      "",
      "  at y",
      "Warning: bind: is wrong (from --bind); change it",
      "Note: By the way",
    ]);
  });

  it("know which settings can be gone on with", async () => {
    const findings = new Findings([]);
    assert.ok(findings.isGood && findings.isSound("bind"));
    const problem = { setting: "bind", source: null, message: "no", hint: null };
    assert.equal(await findings.collect(() => Promise.reject(new ConfigError([problem]))), null);
    assert.deepEqual([findings.isGood, findings.isSound("bind"), findings.isSound("user")], [false, false, true]);
    findings.problem({ ...problem, setting: null });
    assert.equal(findings.isSound("user"), false);
    await assert.rejects(findings.collect(() => Promise.reject(new TypeError("ours"))), TypeError);
  });
});

describe("ConfigWarnings", () => {
  it("are told at the start, and what is new at a reload", async () => {
    const { host } = fakeHost();
    const lines: string[] = [];
    const warnings = new ConfigWarnings(host, {
      log: (level, text) => void lines.push(`${level} ${text}`),
      isEnabled: () => true,
    });
    const [jitter, both, none] = await Promise.all([
      loadConfig(host, ["--max-requests-jitter", "5"]),
      loadConfig(host, ["--max-requests-jitter", "5", "--initgroups"]),
      loadConfig(host, []),
    ]);
    for (const config of [jitter, jitter, both, none, jitter]) warnings.tell(config);
    assert.deepEqual(lines.map((line) => line.split(" has")[0]), [
      "warning max_requests_jitter:",
      "warning initgroups:",
      "warning max_requests_jitter:",
    ]);
  });
});
