/**
 * One regression test for each trap of the runtimes that the adapters work around; comments in runtimes/ use the same numbers.
 */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import process from "node:process";
import { createAdapter } from "#runtime";
import { scriptCommand } from "../support/adapter-worker.ts";
import { isInheritable } from "../support/kernel.ts";
import { startProgram } from "../support/run-program.ts";
import { useSite } from "./adapter.suite.ts";
import { trapSuite } from "./traps.suite.ts";

const adapter = createAdapter({ selfCommand: scriptCommand("adapter-fixture.ts") });
const program = scriptCommand("adapter-program.ts");
const timeout = 30_000;

describe(`traps on ${adapter.name}`, () => {
  const { site, folder } = useSite(adapter);

  trapSuite(site);

  if (adapter.name === "node") {
    it("trap 8 on Node: SIGUSR1 does not open the inspector of a worker that handles no signals yet", { timeout }, async () => {
      const worker = await site().start();
      adapter.process.kill(worker.pid, "SIGUSR1");
      await worker.order("describe");
      assert.equal((await worker.order("inspector"))["url"], null);
    });

    it("respawning on Node keeps flags, but no debugger port", { timeout }, async () => {
      const { file, args } = program;
      const started = startProgram({
        file,
        args: ["--no-deprecation", "--inspect-port=0", "--stack-trace-limit=7", ...args, "start"],
      });
      const { worker } = JSON.parse(await started.firstLine);
      assert.deepEqual(worker.execArgv, ["--no-deprecation", "--stack-trace-limit=7"]);
      assert.equal((await started.over).code, 7);
    });
  }

  if (adapter.name === "bun") {
    it("trap 12 on Bun: a compiled program starts itself as a worker, once", { timeout: 60_000 }, async () => {
      const binary = join(folder(), "program");
      const source = program.args[0] ?? "";
      const build = await startProgram({ file: process.execPath, args: ["build", "--compile", source, "--outfile", binary] })
        .over;
      assert.equal(build.code, 0, build.stderr);
      const started = startProgram({ file: binary, args: ["start"] });
      const { worker } = JSON.parse(await started.firstLine);
      assert.equal(worker.spawns, false);
      assert.equal(worker.words.length, 1, worker.words);
      assert.equal((await started.over).code, 7);
    });
  }

  if (adapter.name === "deno") {
    it("trap 3 on Deno: SIGUSR1 does not leave the inspector open", { timeout }, async () => {
      assert.equal((await startProgram({ file: program.file, args: [...program.args, "inspector"] }).over).stdout, "closed");
    });

    it("trap 4 on Deno: the worker can use the heartbeat's descriptor with node:fs", { timeout }, async () => {
      const worker = await site().start([site().listen()]);
      await worker.order("beat", { count: 9 });
      assert.equal(worker.heartbeat.beats(), 9);
    });

    it("trap 5 on Deno: the heartbeat's descriptor is out of the way of the stdio slots", () => {
      const heartbeat = adapter.spawner.createHeartbeat(null);
      assert.ok(heartbeat.fd >= 100);
      assert.equal(isInheritable(heartbeat.fd), false);
      heartbeat.close();
    });

    it("trap 13 on Deno: a worker has the flags and the import map of its arbiter", { timeout }, async () => {
      mkdirSync(join(folder(), "config"));
      writeFileSync(join(folder(), "config", "mapped.ts"), 'export const name = "from the map";\n');
      const imports = {
        mapped: "./config/mapped.ts",
        "#runtime": new URL("../../runtimes/deno/adapter.ts", import.meta.url).href,
      };
      writeFileSync(join(folder(), "map.json"), JSON.stringify({ imports }));
      const path = program.args.at(-1) ?? "";
      // A relative path among the flags, and an arbiter that works elsewhere.
      const args = ["run", "-A", "--no-check", "--import-map", "map.json", "--v8-flags=--stack-size=900", path, "start", "/"];
      const started = startProgram({ file: program.file, args }, { cwd: folder() });
      const { worker } = JSON.parse(await started.firstLine);
      assert.equal(worker.mapped, "from the map");
      assert.equal(worker.cwd, "/");
      assert.deepEqual(worker.words.slice(1), args.slice(0, -2));
      assert.equal((await started.over).code, 7);
    });
  }
});
