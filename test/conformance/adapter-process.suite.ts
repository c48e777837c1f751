import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { RuntimeAdapter } from "../../src/runtime/port.ts";
import { scriptCommand } from "../support/adapter-worker.ts";
import type { Contract } from "../support/contract.ts";
import { startProgram } from "../support/run-program.ts";

/** The process itself, its files, its logs, its bytes. */
export function processContracts(contract: Contract, adapter: RuntimeAdapter, folder: () => string): void {
  const file = (name: string): string => join(folder(), name);

  contract("the adapter knows its name and version", () => {
    assert.match(adapter.version, /^\d+\.\d+\.\d+/);
    assert.equal(adapter.process.pid, process.pid);
    assert.equal(adapter.process.env["PATH"], process.env["PATH"]);
    assert.equal(adapter.inheritance, null);
  });

  contract("the monotonic clock goes forward and timers can be undone", async () => {
    const before = adapter.clock.monotonicMs();
    assert.ok(Math.abs(adapter.clock.wallMs() - Date.now()) < 5000);
    const calls: string[] = [];
    const never = adapter.clock.after(1, () => calls.push("undone"));
    never();
    never();
    await new Promise<void>((fulfil) => {
      const stop = adapter.clock.every(1, () => {
        if (calls.push("tick") < 3) return;
        stop();
        adapter.clock.after(5, fulfil);
      });
    });
    assert.deepEqual(calls, ["tick", "tick", "tick"]);
    assert.ok(adapter.clock.monotonicMs() > before);
  });

  contract("exists() knows a process that ended and that nobody reaps for one that is gone", async () => {
    const program = startProgram({ file: "/bin/sh", args: ["-c", "sleep 0.2 & echo $!; exec sleep 30"] });
    const zombie = Number(await program.firstLine);
    try {
      const endMs = performance.now() + 10_000;
      while (adapter.process.exists(zombie)) {
        assert.ok(performance.now() < endMs, "the zombie is taken for a process");
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      assert.match(readFileSync(`/proc/${zombie}/stat`, "utf8"), /\) Z /);
    } finally {
      adapter.process.kill(program.pid, "SIGTERM");
      await program.over;
    }
  });

  contract("exists() and kill() tell a process that is gone", async () => {
    const command = scriptCommand("adapter-program.ts");
    const program = startProgram({ file: command.file, args: [...command.args, "linger"] });
    await program.firstLine;
    assert.equal(adapter.process.exists(program.pid), true);
    adapter.process.kill(program.pid, "SIGTERM");
    await program.over;
    assert.equal(adapter.process.exists(program.pid), false);
    assert.throws(() => adapter.process.kill(program.pid, "SIGTERM"), {
      name: "SystemError",
      code: "ESRCH",
      message: `Cannot send SIGTERM to process ${program.pid}: no such process (ESRCH)`,
    });
  });

  contract("chdir() says which folder it cannot enter", () => {
    const before = adapter.process.cwd();
    try {
      adapter.process.chdir(folder());
      assert.equal(adapter.process.cwd(), folder());
      assert.equal(adapter.files.absolute("app.ts"), file("app.ts"));
    } finally {
      adapter.process.chdir(before);
    }
    assert.throws(() => adapter.process.chdir(file("none")), {
      code: "ENOENT",
      message: /^Cannot change to the folder ".*none"/,
    });
    writeFileSync(file("file"), "");
    assert.throws(() => adapter.process.chdir(file("file")), { code: "ENOTDIR" });
  });

  contract("files are told apart, read, listed and removed", () => {
    const { files } = adapter;
    mkdirSync(file("b"));
    writeFileSync(file("a"), "text é");
    symlinkSync(file("none"), file("c"));
    assert.deepEqual(["a", "b", "c", "none"].map((name) => [files.isFile(file(name)), files.isDirectory(file(name))]), [
      [true, false],
      [false, true],
      [false, false],
      [false, false],
    ]);
    assert.equal(files.readText(file("a")), "text é");
    assert.throws(() => files.readText(file("none")), {
      name: "SystemError",
      code: "ENOENT",
      message: `Cannot read "${file("none")}": no such file or directory (ENOENT)`,
    });
    assert.deepEqual(files.list(folder()), ["a", "b", "c"]);
    assert.deepEqual(files.list(file("none")), []);
    files.remove(file("a"));
    files.remove(file("a"));
    assert.throws(() => files.remove(file("b")), { name: "SystemError" });
    assert.equal(files.fromUrl(files.toUrl(file("ä #?%.ts"))), file("ä #?%.ts"));
  });

  contract("replaceText() leaves a whole file with the mode asked for, and nothing else", () => {
    writeFileSync(file("pid"), "old", { mode: 0o600 });
    adapter.files.replaceText(file("pid"), "123\n", 0o644);
    assert.equal(readFileSync(file("pid"), "utf8"), "123\n");
    assert.equal(statSync(file("pid")).mode & 0o777, 0o644);
    assert.deepEqual(adapter.files.list(folder()), ["pid"]);
    assert.throws(() => adapter.files.replaceText(file("none/pid"), "", 0o644), {
      code: "ENOENT",
      message: /^Cannot write ".*none\/pid"/,
    });
  });

  contract("bytes turn into text and back", () => {
    const all = Uint8Array.from({ length: 256 }, (_, code) => code);
    const text = adapter.bytes.latin1(all, 0, 256);
    assert.deepEqual(Array.from(text, (character) => character.charCodeAt(0)), [...all]);
    assert.equal(adapter.bytes.latin1(all.subarray(60), 5, 7), "AB");
    assert.deepEqual([...adapter.bytes.utf8("é😀\ud800")], [...new TextEncoder().encode("é😀\ud800")]);
  });

  contract("resolve() finds files, folders and packages", () => {
    const { modules, files } = adapter;
    const pack = file("node_modules/@scope/pack");
    mkdirSync(pack, { recursive: true });
    mkdirSync(file("app"));
    for (const name of ["one.js", "app/index.js", "node_modules/@scope/pack/esm.js", "node_modules/@scope/pack/sub.js"]) {
      writeFileSync(file(name), "");
    }
    const exports = { ".": { require: "./cjs.js", import: "./esm.js" }, "./parts/*": "./*.js", "./hidden": null };
    writeFileSync(join(pack, "package.json"), JSON.stringify({ exports }));
    const found = (specifier: string): string | null => {
      const url = modules.resolve(specifier, folder());
      return url === null ? null : files.fromUrl(url).slice(folder().length + 1);
    };
    assert.deepEqual(["one", "./one.js", "app", files.toUrl(file("one.js"))].map(found), [
      "one.js",
      "one.js",
      "app/index.js",
      "one.js",
    ]);
    assert.equal(found("@scope/pack"), "node_modules/@scope/pack/esm.js");
    assert.equal(found("@scope/pack/parts/sub"), "node_modules/@scope/pack/sub.js");
    assert.deepEqual(["@scope/pack/hidden", "@scope/pack/esm.js", "@scope/none", "none", "./none"].map(found), [
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  contract("importHint() is for errors of imports only", () => {
    assert.equal(adapter.modules.importHint(new Error("other")), null);
    assert.equal(adapter.modules.importHint("text"), null);
    assert.ok(adapter.modules.extensions.includes(".js"));
  });
}

/** Log sinks and printing. */
export function logContracts(contract: Contract, adapter: RuntimeAdapter, folder: () => string): void {
  const path = (): string => join(folder(), "app.log");
  const text = (): string => readFileSync(path(), "utf8");
  const program = (...args: readonly string[]) => {
    const command = scriptCommand("adapter-program.ts");
    return startProgram({ file: command.file, args: [...command.args, ...args] });
  };

  contract("a log file is appended to by everybody who has it open", () => {
    writeFileSync(path(), "before\n");
    const [one, two] = [adapter.logs.open(path()), adapter.logs.open(path())];
    one.write("one\n");
    two.write("two é\n");
    one.write("three\n");
    one.close();
    one.close();
    one.write("lost\n");
    two.close();
    assert.equal(text(), "before\none\ntwo é\nthree\n");
  });

  contract("reopen() follows a rotation", () => {
    const sink = adapter.logs.open(path());
    sink.write("old\n");
    renameSync(path(), `${path()}.1`);
    sink.write("still old\n");
    sink.reopen();
    sink.write("new\n");
    assert.equal(text(), "new\n");
    assert.equal(readFileSync(`${path()}.1`, "utf8"), "old\nstill old\n");
    sink.close();
  });

  contract("reopen() of a path that cannot be opened keeps the old file", () => {
    mkdirSync(join(folder(), "logs"));
    const inside = join(folder(), "logs", "app.log");
    const sink = adapter.logs.open(inside);
    renameSync(join(folder(), "logs"), join(folder(), "moved"));
    assert.throws(() => sink.reopen(), { code: "ENOENT", message: /^Cannot open log file ".*app.log"/ });
    sink.write("kept\n");
    assert.equal(readFileSync(join(folder(), "moved", "app.log"), "utf8"), "kept\n");
    sink.close();
  });

  contract("open() says which file it cannot open", () => {
    assert.throws(() => adapter.logs.open(folder()), { name: "SystemError", code: "EISDIR" });
    chmodSync(folder(), 0o700);
    rmSync(folder(), { recursive: true });
    assert.throws(() => adapter.logs.open(path()), { code: "ENOENT" });
    mkdirSync(folder());
  });

  contract("write() never throws, and the next line that gets through tells how many were lost", () => {
    symlinkSync("/dev/full", path());
    const sink = adapter.logs.open(path());
    sink.write("lost\n");
    sink.write("lost too\n");
    rmSync(path());
    sink.reopen();
    sink.write("kept\n");
    sink.write("kept too\n");
    sink.close();
    assert.equal(text(), "(2 log writes were lost before this one)\nkept\nkept too\n");
  });

  contract("print() waits until a slow reader has everything", async () => {
    const { child, over } = program("print", "3000000");
    child.stdout?.pause();
    // The program cannot end before it is read, and then ends with all of it.
    setTimeout(() => child.stdout?.resume(), 50);
    const { code, stdout } = await over;
    assert.equal(code, 0);
    assert.equal(stdout.length, 3_000_001);
  });

  contract("print() to a reader that is gone is no error", async () => {
    const { child, over } = program("print", "3000000");
    child.stdout?.destroy();
    assert.deepEqual({ ...(await over), stdout: "" }, { code: 0, stdout: "", stderr: "" });
  });

  contract("standard output is a sink of whole lines that are there after an exit", async () => {
    const { code, stdout } = await program("log", "5000").over;
    assert.equal(code, 0);
    assert.equal(stdout, Array.from({ length: 5000 }, (_, count) => `${count}\n`).join(""));
  });

  contract("terminal() has a width also without a terminal", () => {
    for (const stream of ["stdout", "stderr"] as const) {
      const { isTerminal, columns } = adapter.logs.terminal(stream);
      assert.equal(typeof isTerminal, "boolean");
      assert.ok(columns > 0);
    }
  });
}
