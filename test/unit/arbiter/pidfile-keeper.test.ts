import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PidfileError } from "../../../src/arbiter/pidfile.ts";
import { PidfileKeeper } from "../../../src/arbiter/pidfile-keeper.ts";
import type { FilePort, ProcessPort } from "../../../src/runtime/port.ts";

const OWN = "100\n";
const FOREIGN = "7\n";

/** Files in a table; `/full/…` cannot be written. */
function keeper(suffix = ""): { files: Map<string, string>; errors: string[]; keeper: PidfileKeeper } {
  const files = new Map<string, string>();
  const errors: string[] = [];
  const port = {
    readText: (path: string) => {
      const text = files.get(path);
      if (text === undefined) throw new Error("ENOENT");
      return text;
    },
    replaceText: (path: string, text: string) => {
      if (path.startsWith("/full/")) throw new Error("ENOSPC");
      files.set(path, text);
    },
    remove: (path: string) => void files.delete(path),
  } as unknown as FilePort;
  const process = { pid: 100, exists: (pid: number) => pid === 7 } as unknown as ProcessPort;
  const log = { log: (_: string, text: string) => void errors.push(text), isEnabled: () => true };
  return { files, errors, keeper: new PidfileKeeper({ files: port, process }, log, suffix) };
}

describe("PidfileKeeper", () => {
  it("writes the new file before the old one goes", () => {
    const rig = keeper();
    rig.keeper.create("/a");
    const change = rig.keeper.prepare("/b");
    assert.deepEqual([...rig.files], [["/a", OWN], ["/b", OWN]]);
    change.commit();
    assert.deepEqual([...rig.files], [["/b", OWN]]);
    rig.keeper.remove();
    assert.deepEqual([...rig.files], []);
  });

  it("undoes a reload that comes to nothing", () => {
    const rig = keeper();
    rig.keeper.create("/a");
    rig.keeper.prepare("/b").rollback();
    rig.keeper.prepare("/a").rollback();
    rig.keeper.prepare(null).rollback();
    assert.deepEqual([...rig.files], [["/a", OWN]]);
  });

  it("keeps a file that a newer reload wants as well", () => {
    const rig = keeper();
    rig.keeper.create("/a");
    const [older, newer] = [rig.keeper.prepare("/b"), rig.keeper.prepare("/b")];
    older.rollback();
    assert.ok(rig.files.has("/b"));
    newer.commit();
    assert.deepEqual([...rig.files], [["/b", OWN]]);
  });

  it("goes there and back while the way there is under way", () => {
    const rig = keeper();
    rig.keeper.create("/a");
    const there = rig.keeper.prepare("/b");
    const back = rig.keeper.prepare("/a");
    there.commit();
    assert.deepEqual([...rig.files.keys()], ["/a", "/b"], "somebody else may take the file that the next one needs");
    back.commit();
    assert.deepEqual([...rig.files], [["/a", OWN]]);
  });

  it("begins and ends with a reload", () => {
    const rig = keeper();
    rig.keeper.create(null);
    rig.keeper.prepare("/a").commit();
    assert.deepEqual([...rig.files], [["/a", OWN]]);
    rig.keeper.prepare(null).commit();
    assert.deepEqual([...rig.files], []);
  });

  it("refuses a file of another server, and one that cannot be written", () => {
    const rig = keeper();
    rig.keeper.create("/a");
    rig.files.set("/b", FOREIGN);
    assert.throws(() => rig.keeper.prepare("/b"), PidfileError);
    assert.throws(() => rig.keeper.prepare("/full/c"), PidfileError);
    assert.deepEqual([...rig.files], [["/a", OWN], ["/b", FOREIGN]]);
  });

  it("writes it again when somebody has removed it", () => {
    const rig = keeper();
    rig.keeper.create("/a");
    rig.files.clear();
    rig.keeper.prepare("/a").commit();
    assert.deepEqual([...rig.files], [["/a", OWN]]);
  });

  it("has a name of its own beside another arbiter, until that is gone", () => {
    const rig = keeper(".2");
    rig.files.set("/a", FOREIGN);
    rig.keeper.create("/a");
    const change = rig.keeper.prepare("/b");
    assert.deepEqual([...rig.files.keys()], ["/a", "/a.2", "/b.2"]);
    rig.files.delete("/a");
    rig.keeper.promote();
    assert.deepEqual([...rig.files], [["/b.2", OWN], ["/a", OWN]]);
    change.commit();
    assert.deepEqual([...rig.files], [["/b", OWN]]);
    assert.deepEqual(rig.errors, []);
  });
});
