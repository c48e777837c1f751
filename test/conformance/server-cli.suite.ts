import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { get } from "../support/client.ts";
import { inFolder } from "../support/folder.ts";
import { runToEnd, startCommand, withServer } from "../support/server.ts";

const LIMIT = { timeout: 120_000 };
const APP = 'export default () => new Response("init itself");\n';

/** The command line as a process: what it prints where, its exit status, and what `init` writes. */
export function cliSuite(): void {
  describe("what the command prints", () => {
    it("help goes to standard output, and ends with 0", LIMIT, async () => {
      const [all, page, section] = await Promise.all(
        [["--help"], ["-h", "workers"], ["--help", "Logging"]].map((args) => runToEnd(args)),
      );
      for (const run of [all, page, section]) assert.deepEqual([run?.code, run?.stderr], [0, ""]);
      assert.match(all?.stdout ?? "", /^usage: tsgunicorn \[OPTIONS\] \[APP_MODULE\]\n[^]*\nExit status:\n/);
      assert.match(page?.stdout ?? "", /^workers \(Worker Processes\)\n/);
      assert.match(section?.stdout ?? "", /^Logging:\n/);
    });

    it("the help is as wide as COLUMNS says, and has colours where FORCE_COLOR wants them", LIMIT, async () => {
      const plain = await runToEnd(["--help"], { env: { COLUMNS: "120" } });
      const widest = Math.max(...plain.stdout.split("\n").map(({ length }) => length));
      assert.ok(widest > 100 && widest <= 120, `${widest}`);
      const colored = await runToEnd(["--help"], { env: { COLUMNS: "120", FORCE_COLOR: "1" } });
      assert.notEqual(colored.stdout, plain.stdout);
      assert.equal(colored.stdout.replaceAll(/\x1b\[[\d;]+m/g, ""), plain.stdout);
    });

    it("mistakes go to standard error, all at once, and end with 2", LIMIT, async () => {
      const run = await runToEnd(["--wokers=4", "--certfile", "a.pem", "-t", "soon", "app:app"]);
      assert.deepEqual([run.code, run.stdout], [2, ""]);
      const [usage, ...lines] = run.stderr.split("\n");
      assert.equal(usage, "usage: tsgunicorn [OPTIONS] [APP_MODULE]");
      assert.match(lines[0] ?? "", /^tsgunicorn: error: argument -t\/--timeout: invalid duration value: 'soon'/);
      assert.match(
        lines[1] ?? "",
        /^tsgunicorn: error: argument --certfile: this setting of gunicorn is not in this release; let nginx/,
      );
      assert.equal(lines[2], "tsgunicorn: error: unrecognized arguments: --wokers=4 (did you mean --workers?)");
      assert.equal(lines[3], "For help, run: tsgunicorn --help timeout");
      assert.equal(lines.length, 4);
    });

    it("help about nothing ends with 2, and suggests", LIMIT, async () => {
      const run = await runToEnd(["--help", "wrokers"]);
      assert.deepEqual([run.code, run.stdout], [2, ""]);
      assert.match(run.stderr, /there is no help about 'wrokers' \(did you mean workers\?\)/);
    });

    it("a reader that had enough is no error", LIMIT, () => {
      const script = '"$@" --help | head -c 1; echo " ${PIPESTATUS[0]}"';
      const { stdout, stderr } = spawnSync("bash", ["-c", script, "bash", ...startCommand()], { encoding: "utf8" });
      assert.deepEqual([stdout, stderr], ["u 0\n", ""]);
    });

    it("no application: the files that are there are suggested", LIMIT, async () => {
      await inFolder(async (folder) => {
        writeFileSync(join(folder, "server.mjs"), APP);
        const run = await runToEnd([], { cwd: folder });
        assert.deepEqual([run.code, run.stdout], [1, ""]);
        assert.match(
          run.stderr,
          /^Error: No application module specified; name it on the command line, as in: tsgunicorn \.\/server\.mjs$/m,
        );
      });
    });
  });

  describe("tsgunicorn completion", () => {
    it("prints what the shell accepts", LIMIT, async () => {
      const { code, stdout } = await runToEnd(["completion", "bash"]);
      assert.equal(code, 0);
      execFileSync("bash", ["-n"], { input: stdout });
    });
  });

  describe("tsgunicorn init", () => {
    for (const form of ["js", "json"]) {
      it(`--${form}: what it writes passes --check-config`, LIMIT, async () => {
        await inFolder(async (folder) => {
          writeFileSync(join(folder, "app.mjs"), APP);
          const written = await runToEnd(["init", `--${form}`], { cwd: folder });
          assert.deepEqual([written.code, written.stderr], [0, ""]);
          const check = await runToEnd(["--check-config"], { cwd: folder });
          assert.deepEqual([check.code, check.stderr], [0, ""]);
          assert.match(check.stdout, /^OK: .*\n$/);
          const again = await runToEnd(["init", `--${form}`], { cwd: folder });
          assert.equal(again.code, 1);
          assert.match(again.stderr, /^Error: "tsgunicorn\.config\.\w+" is there already; --force overwrites what is there$/m);
        });
      });
    }

    it("--systemd: the command of the unit starts this program", LIMIT, async () => {
      await inFolder(async (folder) => {
        const { code } = await runToEnd(["init", "--systemd"], { cwd: folder });
        assert.equal(code, 0);
        assert.deepEqual(readdirSync(folder).filter((name) => !name.includes(".config.")), [
          "tsgunicorn.service",
          "tsgunicorn.socket",
        ]);
        const unit = readFileSync(join(folder, "tsgunicorn.service"), "utf8");
        const [command = "", ...args] = /^ExecStart=(.*)$/m.exec(unit)?.[1]?.split(" ") ?? [];
        assert.ok(command.startsWith("/"), command);
        const text = execFileSync(command, [...args, "--version"], {
          cwd: "/",
          encoding: "utf8",
          env: { HOME: process.env["HOME"] },
        });
        assert.match(text, /^tsgunicorn \(version /);
        if (spawnSync("systemd-analyze", ["--version"], { stdio: "ignore" }).status !== 0) return;
        const check = spawnSync("systemd-analyze", ["verify", "./tsgunicorn.service", "./tsgunicorn.socket"], {
          cwd: folder,
          encoding: "utf8",
        });
        assert.doesNotMatch(check.stderr, /tsgunicorn\.(?:service|socket):/);
      });
    });

    it("is an application all the same where it is written as one", LIMIT, async () => {
      await inFolder(async (folder) => {
        writeFileSync(join(folder, "init.mjs"), APP);
        for (const module of ["./init", "init:default"]) {
          await withServer([module, "-b", "127.0.0.1:0"], async (server) => {
            assert.equal((await get({ port: await server.port() })).body, "init itself");
          }, { cwd: folder });
        }
        assert.deepEqual(readdirSync(folder), ["init.mjs"]);
      });
    });
  });
}
