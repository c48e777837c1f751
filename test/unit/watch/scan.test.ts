import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { changedFiles, isWorthALook } from "../../../src/watch/compare.ts";
import { planFor, type WatchPlan, type WatchWish } from "../../../src/watch/plan.ts";
import { scan } from "../../../src/watch/scan.ts";
import { FakeTree } from "./fake-tree.ts";

const WISH: WatchWish = { directory: "/srv", appFolder: null, configFile: null, extra: [], ignored: [] };

/** `there`: paths that exist when the plan is made; those that end with a slash are folders. */
function plan(wish: Partial<WatchWish>, ...there: readonly string[]): WatchPlan {
  return planFor({
    isFile: (path) => there.includes(path),
    isDirectory: (path) => there.includes(`${path}/`),
    absolute: (path) => path,
  }, { ...WISH, ...wish });
}

async function files(tree: FakeTree, wish: Partial<WatchWish> = {}, ...there: readonly string[]): Promise<readonly string[]> {
  return [...(await scan(tree, plan(wish, ...there))).files.keys()].sort();
}

describe("a scan", () => {
  it("finds sources in the tree, but neither packages nor hidden folders nor other files", async () => {
    const tree = new FakeTree(
      "/srv/a.js",
      "/srv/lib/b.ts",
      "/srv/.env",
      "/srv/.git/c.js",
      "/srv/node_modules/d/e.js",
      "/srv/x.log",
    );
    assert.deepEqual(await files(tree), ["/srv/.env", "/srv/a.js", "/srv/lib/b.ts"]);
    assert.deepEqual(tree.listed, ["/srv", "/srv/lib"]);
  });

  it("looks into the application's folder wherever it is, and only once", async () => {
    const tree = new FakeTree("/srv/.output/app.js", "/srv/lib/b.js", "/opt/app/c.js");
    assert.deepEqual(await files(tree, { appFolder: "/srv/.output" }), ["/srv/.output/app.js", "/srv/lib/b.js"]);
    assert.deepEqual(await files(tree, { appFolder: "/opt/app" }), ["/opt/app/c.js", "/srv/lib/b.js"]);
    tree.listed.length = 0;
    await files(tree, { appFolder: "/srv/lib" });
    assert.deepEqual(tree.listed.sort(), ["/srv", "/srv/lib"]);
  });

  it("does not look at a whole machine", async () => {
    const tree = new FakeTree("/app/a.js", "/etc/b.json");
    assert.deepEqual(await files(tree, { directory: "/", appFolder: "/app" }), ["/app/a.js"]);
  });

  it("follows links, also in a circle, and watches where they lead", async () => {
    const tree = new FakeTree("/srv/a.js", "/shared/lib/b.js", "/shared/one.js");
    tree.link("/srv/lib", "/shared/lib");
    tree.link("/shared/lib/back", "/srv");
    tree.link("/srv/c.js", "/shared/one.js");
    tree.link("/srv/gone.js", "/nowhere.js");
    const found = await scan(tree, plan({}));
    assert.deepEqual([...found.files.keys()].sort(), ["/srv/a.js", "/srv/c.js", "/srv/lib/b.js"]);
    assert.deepEqual(found.folders.get("/shared"), new Set(["one.js"]));
    assert.equal(isWorthALook(found, "/shared", "one.js", false), true);
    assert.equal(isWorthALook(found, "/shared", "two.js", true), false);
  });

  it("has extra files, folders and patterns, of any kind", async () => {
    const tree = new FakeTree("/srv/t/a.html", "/srv/t/b/c.html", "/srv/x.yaml", "/srv/[id].txt", "/etc/d.conf", "/srv/y.yaml");
    const extra = ["t", "*.yaml", "[id].txt", "/etc/d.conf"];
    const found = await files(tree, { extra }, "/srv/t/", "/srv/[id].txt", "/etc/d.conf");
    assert.deepEqual(found, ["/etc/d.conf", "/srv/[id].txt", "/srv/t/a.html", "/srv/t/b/c.html", "/srv/x.yaml", "/srv/y.yaml"]);
  });

  it("says which patterns match nothing, and waits for their folder", async () => {
    const tree = new FakeTree("/srv/a.js");
    const found = await scan(tree, plan({ extra: ["views/en/*.html", "*.js"] }));
    assert.deepEqual(found.empty, ["views/en/*.html"]);
    assert.equal(isWorthALook(found, "/srv", "views", true), true);
    tree.write("/srv/views/en/a.html");
    assert.ok((await scan(tree, plan({ extra: ["views/en/*.html"] }))).files.has("/srv/views/en/a.html"));
  });

  it("never has what the server writes itself", async () => {
    const tree = new FakeTree("/srv/log/access.json", "/srv/log/b.json");
    assert.deepEqual(await files(tree, { ignored: ["/srv/log/access.json"] }), ["/srv/log/b.json"]);
  });

  it("has the config file, also one that is not there yet", async () => {
    const tree = new FakeTree("/etc/x", "/srv/a.txt");
    const wish = { configFile: "/etc/app/conf.mjs" };
    const before = await scan(tree, plan(wish));
    assert.deepEqual(before.folders.get("/etc"), new Set(["app"]));
    tree.write("/etc/app/conf.mjs");
    const after = await scan(tree, plan(wish));
    assert.deepEqual(changedFiles(before.files, after.files), ["/etc/app/conf.mjs"]);
    assert.deepEqual(after.folders.get("/etc/app"), new Set(["conf.mjs"]));
  });

  it("stops at its bounds, the nearest folders first", async () => {
    const tree = new FakeTree("/srv/a/deep/x.js", "/srv/b/y.js", "/srv/z.js");
    const found = await scan(tree, plan({}), { foldersMax: 3, filesMax: 10 });
    assert.equal(found.isComplete, false);
    assert.deepEqual([...found.files.keys()].sort(), ["/srv/b/y.js", "/srv/z.js"]);
    const few = await scan(tree, plan({}), { foldersMax: 10, filesMax: 2 });
    assert.equal(few.isComplete, false);
    assert.equal(few.files.size, 2);
    assert.equal((await scan(tree, plan({}), { foldersMax: 5, filesMax: 3 })).isComplete, true);
  });
});

describe("what changed", () => {
  it("is what is new, what has another stamp and what is gone", () => {
    const before = new Map([["/a", "1"], ["/b", "1"], ["/c", "1"]]);
    const after = new Map([["/b", "2"], ["/c", "1"], ["/d", "1"]]);
    assert.deepEqual(changedFiles(before, after), ["/b", "/d", "/a"]);
    assert.deepEqual(changedFiles(after, after), []);
  });
});

describe("an event", () => {
  it("is worth a look when it may concern a file that matters", async () => {
    const tree = new FakeTree("/srv/a.js", "/srv/access.log", "/srv/lib/b.js");
    const found = await scan(tree, plan({}));
    const worth = (name: string | null, isEntry: boolean): boolean => isWorthALook(found, "/srv", name, isEntry);
    assert.equal(worth("a.js", false), true);
    assert.equal(worth(null, false), true);
    assert.equal(worth("new.js", true), true);
    assert.equal(worth("newfolder", true), true, "a folder may have come");
    assert.equal(worth(".env", true), true);
    assert.equal(worth("access.log", false), false);
    assert.equal(worth(".a.js.swp", true), false);
    assert.equal(worth("node_modules", true), false);
  });
});
