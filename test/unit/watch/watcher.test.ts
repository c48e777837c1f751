import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Undo } from "../../../src/runtime/port.ts";
import { planFor } from "../../../src/watch/plan.ts";
import { type WatchEngine, Watcher } from "../../../src/watch/watcher.ts";
import { FakeTree } from "./fake-tree.ts";

/** Time that passes when it is told to. */
class FakeClock {
  nowMs = 0;
  readonly #timers = new Map<number, { readonly atMs: number; readonly run: () => void }>();
  #last = 0;

  monotonicMs(): number {
    return this.nowMs;
  }

  after(delayMs: number, run: () => void): Undo {
    const id = ++this.#last;
    this.#timers.set(id, { atMs: this.nowMs + delayMs, run });
    return () => void this.#timers.delete(id);
  }

  get pending(): number {
    return this.#timers.size;
  }

  /** Runs what is due meanwhile, and all that follows from it at once. */
  async elapse(durationMs: number): Promise<void> {
    const endMs = this.nowMs + durationMs;
    for (;;) {
      await settled();
      const due = [...this.#timers].sort(([, a], [, b]) => a.atMs - b.atMs)[0];
      if (due === undefined || due[1].atMs > endMs) break;
      this.nowMs = Math.max(this.nowMs, due[1].atMs);
      this.#timers.delete(due[0]);
      due[1].run();
    }
    this.nowMs = endMs;
  }
}

/** After every promise that is settled already. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

class Bench {
  readonly clock = new FakeClock();
  readonly told: string[] = [];
  readonly warnings: string[] = [];
  readonly tree: FakeTree;

  constructor(...paths: readonly string[]) {
    this.tree = new FakeTree(...paths);
  }

  start(engine: WatchEngine = "auto", before?: ReadonlyMap<string, string>, extra: readonly string[] = []): Promise<Watcher> {
    const exists = { isFile: () => false, isDirectory: () => false, absolute: (path: string) => path };
    return Watcher.start({
      port: this.tree,
      clock: this.clock,
      plan: planFor(exists, { directory: "/srv", appFolder: null, configFile: null, extra, ignored: [] }),
      engine,
      changed: (paths) => void this.told.push(paths.join()),
      warn: (text) => void this.warnings.push(text),
    }, before);
  }
}

describe("a watcher that is told of changes", () => {
  it("tells of a burst once, when it is over", async () => {
    const bench = new Bench("/srv/a.js");
    await bench.start();
    for (let turn = 0; turn < 5; turn += 1) {
      bench.tree.write("/srv/a.js", `/srv/${turn}.js`);
      bench.tree.tell("/srv/a.js");
      await bench.clock.elapse(90);
    }
    assert.deepEqual(bench.told, []);
    await bench.clock.elapse(10);
    assert.deepEqual(bench.told, ["/srv/0.js,/srv/1.js,/srv/2.js,/srv/3.js,/srv/4.js,/srv/a.js"]);
    await bench.clock.elapse(60_000);
    assert.equal(bench.told.length, 1);
  });

  it("does not wait for ever for the end of a burst", async () => {
    const bench = new Bench("/srv/a.js");
    await bench.start();
    for (let turn = 0; turn < 21; turn += 1) {
      bench.tree.write("/srv/a.js");
      bench.tree.tell("/srv/a.js");
      await bench.clock.elapse(50);
    }
    assert.deepEqual(bench.told, ["/srv/a.js"]);
  });

  it("tells nothing where nothing is other than before: a draft that came and went, an attribute", async () => {
    const bench = new Bench("/srv/a.js");
    await bench.start();
    bench.tree.tell("/srv/a.js");
    bench.tree.tell("/srv/draft", true);
    await bench.clock.elapse(1_000);
    assert.deepEqual(bench.told, []);
  });

  it("does not even look for what is written to other files", async () => {
    const bench = new Bench("/srv/a.js", "/srv/access.log");
    await bench.start();
    bench.tree.listed.length = 0;
    for (let turn = 0; turn < 10; turn += 1) bench.tree.tell("/srv/access.log");
    await bench.clock.elapse(1_000);
    assert.deepEqual([bench.tree.listed, bench.clock.pending], [[], 0]);
  });

  it("watches folders that come, and what came with them", async () => {
    const bench = new Bench("/srv/a.js");
    await bench.start();
    bench.tree.write("/srv/lib/deep/b.js");
    bench.tree.tell("/srv/lib", true);
    await bench.clock.elapse(100);
    assert.deepEqual(bench.told, ["/srv/lib/deep/b.js"]);
    assert.ok(bench.tree.watched.includes("/srv/lib/deep"));
    bench.tree.write("/srv/lib/deep/b.js");
    bench.tree.tell("/srv/lib/deep/b.js");
    await bench.clock.elapse(100);
    assert.equal(bench.told.length, 2);
  });

  it("notices what changes while it looks", async () => {
    const bench = new Bench("/srv/a.js");
    await bench.start();
    const { list } = bench.tree;
    let turn = 0;
    bench.tree.list = (folder) => {
      const entries = list.call(bench.tree, folder);
      if (turn++ === 0) {
        bench.tree.write("/srv/b.js");
        bench.tree.tell("/srv/b.js", true);
      }
      return entries;
    };
    bench.tree.write("/srv/a.js");
    bench.tree.tell("/srv/a.js");
    await bench.clock.elapse(300);
    assert.deepEqual(bench.told.join().split(",").sort(), ["/srv/a.js", "/srv/b.js"]);
  });

  it("rests after a look that took long", async () => {
    const bench = new Bench("/srv/a.js");
    await bench.start();
    const { list } = bench.tree;
    let looks = 0;
    bench.tree.list = (folder) => {
      bench.clock.nowMs += 200;
      looks += 1;
      return list.call(bench.tree, folder);
    };
    for (let turn = 0; turn < 40; turn += 1) {
      bench.tree.tell("/srv/a.js");
      await bench.clock.elapse(100);
    }
    assert.ok(looks >= 2 && looks <= 4, `${looks} looks`);
  });

  it("falls back to looking once a second when the system allows no more watches", async () => {
    const bench = new Bench("/srv/a.js");
    bench.tree.limit = new Error("Cannot watch 1 folders: no space left on device (ENOSPC)");
    await bench.start("inotify");
    assert.match(bench.warnings.join(), /ENOSPC\): looking for changed files once a second instead; raise fs\.inotify/);
    bench.tree.write("/srv/a.js");
    await bench.clock.elapse(1_200);
    assert.deepEqual(bench.told, ["/srv/a.js"]);
    assert.equal(bench.warnings.length, 1);
  });
});

describe("a watcher that polls", () => {
  for (
    const [name, engine, isRemote] of [["by its setting", "poll", false], ["on a remote file system", "auto", true]] as const
  ) {
    it(`${name} notices changes without being told`, async () => {
      const bench = new Bench("/srv/a.js");
      bench.tree.isRemote = isRemote;
      await bench.start(engine);
      await bench.clock.elapse(10_000);
      assert.deepEqual([bench.told, bench.tree.watched], [[], []]);
      bench.tree.write("/srv/a.js");
      bench.tree.write("/srv/b.js");
      await bench.clock.elapse(1_200);
      assert.deepEqual(bench.told, ["/srv/a.js,/srv/b.js"]);
      bench.tree.remove("/srv/b.js");
      await bench.clock.elapse(1_200);
      assert.deepEqual(bench.told.slice(1), ["/srv/b.js"]);
    });
  }

  it("tells of a burst once, and does not wait for ever for its end", async () => {
    const bench = new Bench("/srv/a.js");
    await bench.start("poll");
    await bench.clock.elapse(950);
    for (let turn = 0; turn < 6; turn += 1) {
      bench.tree.write("/srv/a.js");
      await bench.clock.elapse(90);
    }
    assert.deepEqual(bench.told, []);
    await bench.clock.elapse(200);
    assert.deepEqual(bench.told, ["/srv/a.js"]);
    for (let turn = 0; turn < 40; turn += 1) {
      bench.tree.write("/srv/a.js");
      await bench.clock.elapse(90);
    }
    assert.ok(bench.told.length >= 2 && bench.told.length <= 4, `told ${bench.told.length} times`);
  });
});

describe("any watcher", () => {
  it("tells at its start what changed since another one looked", async () => {
    const bench = new Bench("/srv/a.js", "/srv/b.js");
    const first = await bench.start();
    const before = first.files;
    first.close();
    bench.tree.write("/srv/b.js", "/srv/c.js");
    await bench.start("auto", before);
    assert.deepEqual(bench.told, ["/srv/b.js"]);
  });

  it("warns of patterns that match nothing", async () => {
    const bench = new Bench("/srv/a.js");
    await bench.start("auto", undefined, ["views/*.html"]);
    assert.deepEqual(bench.warnings, ['reload_extra_files: "views/*.html" matches no file at the moment']);
  });

  it("takes a shortage for no change, says so once, and tries again", async () => {
    const bench = new Bench("/srv/a.js");
    await bench.start();
    bench.tree.shortage = new Error('Cannot list "/srv": too many open files (EMFILE)');
    bench.tree.write("/srv/a.js");
    bench.tree.tell("/srv/a.js");
    await bench.clock.elapse(5_000);
    assert.deepEqual([bench.told, bench.warnings.length], [[], 1]);
    bench.tree.shortage = null;
    await bench.clock.elapse(1_000);
    assert.deepEqual(bench.told, ["/srv/a.js"]);
  });

  it("is silent when closed, also in the middle of a look", async () => {
    for (const engine of ["auto", "poll"] as const) {
      const bench = new Bench("/srv/a.js");
      const watcher = await bench.start(engine);
      bench.tree.write("/srv/a.js");
      bench.tree.tell("/srv/a.js");
      const { list } = bench.tree;
      bench.tree.list = (folder) => {
        watcher.close();
        return list.call(bench.tree, folder);
      };
      await bench.clock.elapse(5_000);
      assert.deepEqual([bench.told, bench.clock.pending], [[], 0]);
      assert.equal(bench.tree.isClosed, engine === "auto");
    }
  });
});
