import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { firstPlaces, isGlob, isMatch, nextPlaces, parseGlob } from "../../../src/watch/glob.ts";

/** Whether a path matches, walked name by name as a scan does. */
function matches(pattern: string, path: string): boolean {
  const { base, segments } = parseGlob(pattern);
  const prefix = base === "/" ? "/" : `${base}/`;
  if (!path.startsWith(prefix)) return false;
  let places = firstPlaces(segments);
  for (const name of path.slice(prefix.length).split("/")) places = nextPlaces(segments, places, name);
  return isMatch(segments, places);
}

const CASES: readonly (readonly [pattern: string, yes: readonly string[], no: readonly string[]])[] = [
  ["/a/*.html", ["/a/b.html", "/a/b.c.html"], ["/a/b.htm", "/a/b/c.html", "/a/.b.html", "/b/a.html"]],
  ["/a/?.txt", ["/a/b.txt"], ["/a/bc.txt", "/a/.txt"]],
  ["/a/[bc].txt", ["/a/b.txt", "/a/c.txt"], ["/a/d.txt", "/a/[bc].txt"]],
  ["/a/[!bc].txt", ["/a/d.txt"], ["/a/b.txt"]],
  ["/a/[b-d]?", ["/a/cx"], ["/a/ex"]],
  ["/a/[]x", [], ["/a/x"]],
  ["/a/[z-a]", [], ["/a/z"]],
  ["/a/x[", ["/a/x["], ["/a/x"]],
  ["/a/[.]b*", [], ["/a/.b"]],
  ["/a/**/*.md", ["/a/b.md", "/a/b/c.md", "/a/b/c/d.md"], ["/a/.b/c.md", "/a/node_modules/c.md", "/a/b/c"]],
  ["/a/**", ["/a/b", "/a/b/c.d"], ["/a/.b", "/a/.b/c", "/a/node_modules/b"]],
  ["/a/node_modules/x/**/*.js", ["/a/node_modules/x/y/z.js"], ["/a/node_modules/x/node_modules/z.js"]],
  ["/a/.*", ["/a/.b"], ["/a/b"]],
  ["/a/*/c/*", ["/a/b/c/d"], ["/a/b/d/d", "/a/c/d", "/a/b/c/d/e"]],
  ["/a/**/b/**/c", ["/a/b/c", "/a/b/b/c", "/a/x/b/y/z/c"], ["/a/x/c", "/a/c"]],
  ["/*.js", ["/a.js"], ["/a/b.js"]],
  ["/a/b+(c)|$.*", ["/a/b+(c)|$.x"], ["/a/bbc"]],
];

describe("patterns of files", () => {
  for (const [pattern, yes, no] of CASES) {
    it(pattern, () => {
      assert.deepEqual([...yes, ...no].filter((path) => matches(pattern, path)), yes);
    });
  }

  it("enter no folder that cannot hold a match", () => {
    const { base, segments } = parseGlob("/a/b/x*/y/*.js");
    assert.equal(base, "/a/b");
    const x = nextPlaces(segments, firstPlaces(segments), "x1");
    assert.equal(x.length, 1);
    assert.deepEqual(nextPlaces(segments, firstPlaces(segments), "z"), []);
    assert.deepEqual(nextPlaces(segments, x, "z"), []);
    assert.deepEqual(nextPlaces(segments, nextPlaces(segments, nextPlaces(segments, x, "y"), "a.js"), "b.js"), []);
  });

  it("are told from paths", () => {
    assert.deepEqual(["a*", "a?", "[a]", "a/**", "a.js", "{a,b}"].map(isGlob), [true, true, true, true, false, false]);
  });
});
