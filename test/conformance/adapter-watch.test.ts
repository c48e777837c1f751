import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { adapter } from "#runtime";
import type { FolderWatch } from "../../src/runtime/port.ts";
import { inFolder } from "../support/folder.ts";

const LIMIT = { timeout: 30_000 };

/** What a watch of folders has told, as `entry PATH` and `content PATH`. */
class Heard {
  readonly seen = new Set<string>();
  readonly watch: FolderWatch;
  #waiting: (() => void) | null = null;

  constructor() {
    this.watch = adapter.watch.watchFolders((folder, name, isEntry) => {
      this.seen.add(`${isEntry ? "entry" : "content"} ${folder}/${name}`);
      this.#waiting?.();
    });
  }

  /** Resolves when all of it was told since the last time. */
  async until(...events: readonly string[]): Promise<void> {
    while (!events.every((event) => this.seen.has(event))) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    this.#waiting = null;
    this.seen.clear();
  }
}

async function watching(folders: readonly string[], test: (heard: Heard) => Promise<void>): Promise<void> {
  const heard = new Heard();
  try {
    assert.equal(await heard.watch.follow(folders), folders.length > 0);
    await test(heard);
  } finally {
    heard.watch.close();
  }
}

describe("watching folders", () => {
  it("tells what is written, comes and goes, also by a rename", LIMIT, async () => {
    await inFolder(async (folder) => {
      const file = join(folder, "a.js");
      writeFileSync(file, "1");
      writeFileSync(join(folder, "b.js"), "1");
      await watching([folder], async (heard) => {
        appendFileSync(file, "2");
        await heard.until(`content ${file}`);
        writeFileSync(join(folder, "draft"), "3");
        renameSync(join(folder, "draft"), file);
        await heard.until(`entry ${file}`, `entry ${folder}/draft`);
        // Another name: Bun leaves out what it has just said.
        rmSync(join(folder, "b.js"));
        await heard.until(`entry ${folder}/b.js`);
        mkdirSync(join(folder, "lib"));
        await heard.until(`entry ${folder}/lib`);
      });
    });
  });

  it("goes on in a folder that was removed and made again", LIMIT, async () => {
    await inFolder(async (folder) => {
      const lib = join(folder, "lib");
      const deep = join(lib, "deep");
      mkdirSync(deep, { recursive: true });
      await watching([folder, lib, deep], async (heard) => {
        assert.equal(await heard.watch.follow([folder, lib, deep]), false);
        rmSync(lib, { recursive: true });
        await heard.until(`entry ${lib}`);
        writeFileSync(join(folder, "between"), "");
        await heard.until(`entry ${folder}/between`);
        mkdirSync(deep, { recursive: true });
        await heard.until(`entry ${lib}`);
        assert.equal(await heard.watch.follow([folder, lib, deep]), true);
        writeFileSync(join(deep, "a.js"), "1");
        await heard.until(`entry ${deep}/a.js`);
      });
    });
  });

  it("goes on in a folder that was moved away and replaced", LIMIT, async () => {
    await inFolder(async (folder) => {
      const lib = join(folder, "lib");
      mkdirSync(lib);
      await watching([folder, lib], async (heard) => {
        mkdirSync(join(folder, "new"));
        await heard.until(`entry ${folder}/new`);
        renameSync(lib, join(folder, "old"));
        renameSync(join(folder, "new"), lib);
        await heard.until(`entry ${lib}`, `entry ${folder}/new`);
        assert.equal(await heard.watch.follow([folder, lib]), true);
        writeFileSync(join(lib, "a.js"), "1");
        await heard.until(`entry ${lib}/a.js`);
      });
    });
  });

  it("takes more folders again and again, and some that are not there", LIMIT, async () => {
    await inFolder(async (folder) => {
      await watching([], async (heard) => {
        const folders = [join(folder, "none")];
        for (let number = 0; number < 80; number += 1) {
          const next = join(folder, `folder-${number}`);
          mkdirSync(next);
          folders.push(next);
          assert.equal(await heard.watch.follow(folders), true);
        }
        assert.equal(await heard.watch.follow(folders), false);
        for (const path of [folders[1], folders[40], folders[80]]) {
          writeFileSync(`${path}/a.js`, "1");
          await heard.until(`entry ${path}/a.js`);
        }
      });
    });
  });
});

describe("looking at files", () => {
  it("lists names with their kinds, in order", async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "b"), "");
      mkdirSync(join(folder, "c"));
      symlinkSync("nowhere", join(folder, "a"));
      assert.deepEqual(await adapter.watch.list(folder), [
        { name: "a", kind: "link" },
        { name: "b", kind: "file" },
        { name: "c", kind: "folder" },
      ]);
      assert.equal(await adapter.watch.list(join(folder, "b")), null);
      assert.equal(await adapter.watch.list(join(folder, "d")), null);
    });
  });

  it("gives another stamp after a change of content or time, and follows links", async () => {
    await inFolder(async (folder) => {
      const file = join(folder, "a");
      writeFileSync(file, "1");
      symlinkSync(file, join(folder, "link"));
      symlinkSync("circle", join(folder, "circle"));
      const stamps: (string | undefined)[] = [];
      for (const change of [() => {}, () => appendFileSync(file, "2"), () => utimesSync(file, 1, 1)]) {
        change();
        const look = await adapter.watch.look(join(folder, "link"));
        assert.deepEqual(look, await adapter.watch.look(file));
        assert.equal(look?.isFolder, false);
        stamps.push(look?.stamp);
      }
      assert.equal(new Set(stamps).size, 3, stamps.join());
      assert.equal((await adapter.watch.look(folder))?.isFolder, true);
      for (const name of ["circle", "none", "a/b"]) assert.equal(await adapter.watch.look(join(folder, name)), null);
      assert.equal(await adapter.watch.realPath(join(folder, "link")), await adapter.watch.realPath(file));
      assert.equal(await adapter.watch.realPath(join(folder, "none")), null);
    });
  });

  it("knows a file system that tells of changes from none at all", () => {
    assert.equal(adapter.watch.reportsChanges("/dev/shm"), true);
    assert.equal(adapter.watch.reportsChanges("/nowhere"), true);
  });
});
