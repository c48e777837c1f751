import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { autoWorkersLine } from "../../../src/config/auto-workers.ts";
import { type Config, loadConfig } from "../../../src/config/load.ts";
import { parseConfig, renderConfig } from "../../../src/config/render.ts";
import { CWD, fakeHost, type FakeWorld } from "./fake-host.ts";

const REASON = "cgroup v2 quota of 1.5 processors (/sys/fs/cgroup/cpu.max)";
const FILES = {
  "/proc/self/mountinfo": "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
  "/proc/self/cgroup": "0::/\n",
  "/sys/fs/cgroup/cpu.max": "150000 100000\n",
};
const FILE = `${CWD}/tsgunicorn.config.ts`;

interface Source {
  readonly argv?: readonly string[];
  readonly world?: FakeWorld;
  readonly origin: string;
}

const SOURCES: readonly Source[] = [
  { argv: ["-w", "auto"], origin: "--workers" },
  { argv: ["--workers=AUTO"], origin: "--workers" },
  { world: { env: { WEB_CONCURRENCY: "auto" } }, origin: "WEB_CONCURRENCY" },
  { world: { env: { TSGUNICORN_WORKERS: " Auto " } }, origin: "TSGUNICORN_WORKERS" },
  { world: { env: { TSGUNICORN_CMD_ARGS: "-w auto" } }, origin: "--workers in TSGUNICORN_CMD_ARGS" },
  { world: { modules: { [FILE]: { default: { workers: "auto" } } } }, origin: FILE },
];

describe("workers = auto", () => {
  for (const { argv = [], world = {}, origin } of SOURCES) {
    it(`is the number of processors, from ${origin}`, async () => {
      const config = await load(argv, { files: FILES, ...world });
      assert.equal(config.settings.workers, 2);
      assert.equal(config.origin.workers, `${origin} (auto: ${REASON})`);
      assert.equal(autoWorkersLine(config), `Using 2 workers: workers = auto, ${REASON}`);
    });
  }

  it("gives way to a number of a higher source", async () => {
    const config = await load(["-w", "3"], { files: FILES, env: { TSGUNICORN_WORKERS: "auto" } });
    assert.equal(config.settings.workers, 3);
    assert.equal(config.origin.workers, "--workers");
    assert.equal(autoWorkersLine(config), null);
  });

  it("is counted anew for each reading, and known after it is printed and read back", async () => {
    const first = await load(["-w", "auto", "app"], { files: FILES });
    const second = await load(["-w", "auto", "app"], { files: { ...FILES, "/sys/fs/cgroup/cpu.max": "max 100000\n" } });
    assert.deepEqual([first.settings.workers, second.settings.workers], [2, 1]);
    const printed = parseConfig(renderConfig(first, "json"));
    assert.equal(autoWorkersLine(printed), `Using 2 workers: workers = auto, ${REASON}`);
  });

  it("says one worker in the singular", async () => {
    const line = autoWorkersLine(await load(["-w", "auto"], {}));
    assert.equal(line, "Using 1 worker: workers = auto, nothing tells how many processors there are");
  });

  it("is the only word", async () => {
    await assert.rejects(load(["-w", "max"], {}), /invalid int value: 'max'/);
    await assert.rejects(load([], { env: { WEB_CONCURRENCY: "automatic" } }), /must be a whole number from 1 to 1024, or "auto"/);
  });
});

async function load(argv: readonly string[], world: FakeWorld): Promise<Config> {
  const { host, importModule } = fakeHost(world);
  return await loadConfig(host, argv, importModule);
}
