import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Call, PendingWork } from "../../../src/app/call.ts";
import { CallContext } from "../../../src/app/context.ts";
import type { ExportWish } from "../../../src/app/fit.ts";
import { AppLoadError } from "../../../src/app/load-error.ts";
import { loadApplication, type LoadedApplication, type LoadingAdapter } from "../../../src/app/load.ts";
import { parseTarget, targetText } from "../../../src/app/target.ts";
import { detectRuntime } from "../../../runtimes/detect.ts";
import { FakeExchange } from "./fake-exchange.ts";
import { loadingAdapter } from "./loading-adapter.ts";

const APPS = fileURLToPath(new URL("../../fixtures/apps", import.meta.url));

async function answer(loaded: LoadedApplication): Promise<string> {
  const services = { worker: { pid: 1, age: 1 }, pending: new PendingWork(), onError: () => {} };
  const context = new CallContext(new Call(new FakeExchange(), services));
  assert.ok(loaded.fitting.interface === "fetch", loaded.fitting.interface);
  return await (await loaded.fitting.handler(new Request("http://a/"), context)).text();
}

describe("parseTarget", () => {
  it("splits at the last colon that separates", () => {
    const cases: [string, string, string | null][] = [
      ["app", "app", null],
      ["app:handler", "app", "handler"],
      ["./src/app.ts:default", "./src/app.ts", "default"],
      ["/srv/a:b/app", "/srv/a:b/app", null],
      ["/srv/a:b/app:c", "/srv/a:b/app", "c"],
      ["file:///srv/app.ts", "file:///srv/app.ts", null],
      ["file:///srv/app.ts:handler", "file:///srv/app.ts", "handler"],
      ["npm:hono", "npm:hono", null],
      ["npm:hono@4:app", "npm:hono@4", "app"],
      ["jsr:@scope/site", "jsr:@scope/site", null],
      ["jsr:@scope/site:app", "jsr:@scope/site", "app"],
      ["C:\\site\\app.ts", "C:\\site\\app.ts", null],
      ["C:\\site\\app.ts:app", "C:\\site\\app.ts", "app"],
      ["@scope/site:$app_1", "@scope/site", "$app_1"],
    ];
    for (const [target, module, name] of cases) {
      assert.deepEqual(parseTarget(target), { module, name, call: null }, target);
      assert.equal(targetText(parseTarget(target)), target);
    }
  });

  it("takes calls with literals", () => {
    const cases: [string, string, string, readonly unknown[]][] = [
      ["app:create()", "app", "create", []],
      ["app:create ( 1 )", "app", "create", [1]],
      ['app:create("a:b", {"key": 1})', "app", "create", ["a:b", { key: 1 }]],
      ["app:create('(', \")\")", "app", "create", ["(", ")"]],
      ["/srv/a (copy)/app.ts:$make(null)", "/srv/a (copy)/app.ts", "$make", [null]],
      ["file:///srv/app.ts:make('file:///x')", "file:///srv/app.ts", "make", ["file:///x"]],
      ["npm:site:make(-1.5)", "npm:site", "make", [-1.5]],
      ["C:\\a (b)\\app.ts:make([1])", "C:\\a (b)\\app.ts", "make", [[1]]],
    ];
    for (const [target, module, name, args] of cases) {
      const parsed = parseTarget(target);
      assert.deepEqual([parsed.module, parsed.name, parsed.call?.args], [module, name, args], target);
      assert.equal(targetText(parsed), target);
    }
  });

  it("refuses in gunicorn's words what is neither a name nor a call of one", () => {
    const cases: [string, RegExp][] = [
      ["app:", /^Failed to parse '' as an attribute name or function call\.$/m],
      ["app:a.b", /^Failed to parse 'a\.b' as an attribute name or function call\.$/m],
      ["app:site.fetch", /^Failed to parse 'site\.fetch' [^]*^An object with "fetch" is served as it is: name 'site'$/m],
      ["app:create(1", /^Failed to parse 'create\(1' as an attribute name or function call\.$/m],
      ["app:create(1).app", /^Failed to parse 'create\(1\)\.app' as/],
      ["app:()", /^Failed to parse '\(\)' as an attribute name or function call\.$/m],
      ["app:a.b(1)", /^Function reference must be a simple name: 'a\.b\(1\)'$/m],
      ["app:create(x)", /^Failed to parse arguments as literal values: 'create\(x\)'$[^]*'x' is no literal; text needs quotes/m],
      ["app:create(debug=1)", /no keyword arguments; pass an object, as in \{"debug": …\}/],
      [":app", /^Failed to find application object: ':app'/],
      [":app()", /^Failed to find application object: ':app\(\)'/],
    ];
    for (const [target, text] of cases) {
      assert.throws(
        () => parseTarget(target),
        (error) => error instanceof AppLoadError && error.exitCode === 4 && text.test(error.report),
        target,
      );
    }
  });
});

describe("loadApplication", () => {
  let adapter: LoadingAdapter;
  let folder: string;
  before(async () => {
    adapter = await loadingAdapter();
    folder = realpathSync(mkdtempSync(join(tmpdir(), "tsgunicorn-load-")));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  });
  after(() => rmSync(folder, { recursive: true }));

  const load = (target: string, cwd = APPS, wish: ExportWish = "auto") => loadApplication(adapter, target, cwd, wish);

  async function failure(target: string, cwd = APPS, wish: ExportWish = "auto"): Promise<AppLoadError> {
    try {
      await load(target, cwd, wish);
    } catch (error) {
      assert.ok(error instanceof AppLoadError, String(error));
      return error;
    }
    return assert.fail(`${target} was loaded`);
  }

  /** Writes a module that the checkers of this repository could not read. */
  function write(name: string, ...lines: string[]): string {
    writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
    return join(folder, name);
  }

  it("finds modules by every kind of path", async () => {
    const absolute = join(APPS, "default-object");
    for (
      const target of [
        "default-object",
        "./default-object",
        "default-object.ts",
        "../apps/default-object",
        absolute,
        pathToFileURL(`${absolute}.ts`).href,
      ]
    ) {
      const loaded = await load(target);
      assert.equal(await answer(loaded), "default object", target);
      assert.deepEqual([loaded.name, loaded.url], ["default", pathToFileURL(`${absolute}.ts`).href]);
    }
    assert.equal(await answer(await load("folder")), "index of a folder");
    assert.equal(await answer(await load("default-object", APPS.replace(/apps$/, "apps/"))), "default object");
  });

  it("finds packages from the working directory", async () => {
    mkdirSync(join(folder, "node_modules/site"), { recursive: true });
    write("node_modules/site/package.json", '{ "name": "site", "type": "module", "exports": "./main.js" }');
    write("node_modules/site/main.js", 'export const app = () => new Response("package");');
    assert.equal(await answer(await load("site:app", folder)), "package");
  });

  it("takes functions, objects and instances, each bound", async () => {
    assert.equal(await answer(await load("default-function")), "default function");
    assert.equal(await answer(await load("names:site")), "instance");
    assert.equal(await answer(await load("names:handler")), "handler");
  });

  it("looks for the usual names where none is given", async () => {
    const loaded = await load("only-app");
    assert.deepEqual([loaded.name, await answer(loaded)], ["app", "app by its usual name"]);
  });

  it("takes CommonJS modules", async () => {
    assert.equal(await answer(await load("commonjs.cjs:other")), "commonjs other");
    assert.equal(await answer(await load("commonjs.cjs")), "commonjs app");
    assert.equal(await answer(await load("commonjs-default.cjs")), "commonjs default");
  });

  it("exits 4 for an export that is not there, and suggests one", async () => {
    const error = await failure("names:handlr");
    assert.equal(error.exitCode, 4);
    assert.equal(error.message, "Failed to find attribute 'handlr' in 'names'.");
    assert.match(error.report, /^Did you mean 'names:handler'\?$/m);
    assert.match(error.report, /^The module exports: .*site/m);
    assert.doesNotMatch((await failure("names:quite_another")).report, /Did you mean/);
  });

  it("exits 4 for an export that is no application, and says why", async () => {
    assert.equal((await failure("names:nothing")).message, "Failed to find application object: 'nothing'");
    const cases: [string, RegExp][] = [
      ["number", /it is a number/],
      ["Site", /a class: export an instance/],
      ["bare", /it is an object of class Bare without one$/],
      ["listening", /it is an object without one\nA server that listens by itself .* --interface script$/],
    ];
    for (const [name, text] of cases) {
      const error = await failure(`names:${name}`);
      assert.deepEqual([error.exitCode, error.message], [4, "Application object must be callable."]);
      assert.match(error.report, text);
    }
  });

  it("awaits exports that are promises, also one of the usual names", async () => {
    assert.equal(await answer(await load("names:pending")), "handler");
    const path = write("promised.js", "export default Promise.resolve({ fetch: () => new Response('promised') });");
    assert.equal(await answer(await load(path)), "promised");
    const failing = write("failing.js", "export const app = Promise.resolve().then(() => { throw new Error('no network'); });");
    const error = await failure(`${failing}:app`);
    assert.equal(error.exitCode, 3);
    assert.ok(error.message.startsWith(`Failed to load '${failing}:app': Error: no network`), error.message);
  });

  it("does not wait for applications that have a `then` of their own", async () => {
    const lines = [
      "const answer = { fetch: () => new Response('patient') };",
      "export const app = new Proxy(answer, { get: (own, name) => name === 'fetch' ? own.fetch : () => {} });",
      "export const create = () => app;",
      "export default app;",
    ];
    const path = write("any-name.js", ...lines);
    for (const name of ["", ":app", ":create()"]) assert.equal(await answer(await load(path + name)), "patient");
  });

  it("calls factories: functions, async ones and classes", async () => {
    const cases: [string, string][] = [
      ["create()", "undefined of undefined"],
      ['create("a", {"key": [1, "x"]})', 'a of {"key":[1,"x"]}'],
      ["create('it\\'s', null)", "it's of null"],
      ['later("soon")', "soon"],
      ["Site('an instance')", "an instance"],
    ];
    for (const [call, text] of cases) {
      const loaded = await load(`factories:${call}`);
      assert.deepEqual([await answer(loaded), loaded.name], [text, call.slice(0, call.indexOf("("))]);
    }
  });

  it("tells factories that fail (3) from what they must not give (4)", async () => {
    const place = `${join(APPS, "factories.ts")}:`;
    for (const name of ["failing", "failingLater"]) {
      const thrown = await failure(`factories:${name}()`);
      assert.equal(thrown.exitCode, 3);
      assert.ok(thrown.message.startsWith(`Failed to load 'factories:${name}()': Error: no database (${place}`), thrown.message);
    }
    const cases: [string, string, RegExp][] = [
      ["nothing()", "Failed to find application object: 'nothing()'", /^What 'nothing\(\)' returned is undefined$/m],
      ["number()", "Application object must be callable.", /^What 'number\(\)' returned must be .*; it is a number$/m],
      [
        "settings()",
        "Failed to find application object: 'settings()'",
        /^'settings' must be a function to be called; it is an object/m,
      ],
      ["creat()", "Failed to find attribute 'creat' in 'factories'.", /^Did you mean 'factories:create'\?$/m],
    ];
    for (const [call, message, text] of cases) {
      const error = await failure(`factories:${call}`);
      assert.deepEqual([error.exitCode, error.message], [4, message]);
      assert.match(error.report, text);
    }
  });

  it("takes a plain function for what the setting says", async () => {
    const interfaces: readonly ExportWish[] = ["auto", "fetch", "node", "wsgi"];
    const found = await Promise.all(interfaces.map(async (wish) => (await load("names:handler", APPS, wish)).fitting.interface));
    assert.deepEqual(found, ["fetch", "fetch", "node", "wsgi"]);
  });

  it("looks for the usual name that fits the interface", async () => {
    const lines = ["export default { fetch() {} };", "export const app = () => {};"];
    const path = write("several.js", ...lines);
    const names = await Promise.all((["auto", "wsgi"] as const).map(async (wish) => (await load(path, APPS, wish)).name));
    assert.deepEqual(names, ["default", "app"]);
  });

  it("exits 4 for an application of another interface, and says which", async () => {
    for (const wish of ["node", "wsgi"] as const) {
      const error = await failure("names:site", APPS, wish);
      assert.deepEqual([error.exitCode, error.message], [4, `Application object does not fit the interface '${wish}'.`]);
      assert.match(error.report, /it is an object of class Site with fetch\nSet interface to "fetch" \(--interface fetch\), or/);
    }
  });

  it("exits 4 for a module without any application", async () => {
    const path = write("bare.js", "export const settings = {};");
    const error = await failure(path);
    assert.equal(error.exitCode, 4);
    assert.match(
      error.report,
      /^Failed to find application object: 'default' in '.*bare\.js'\n[^]*The module exports: settings$/,
    );
  });

  it("exits 3 for a missing module, naming the path and a near one", async () => {
    const error = await failure("nmaes:handler");
    assert.equal(error.exitCode, 3);
    assert.equal(error.message, "Failed to load 'nmaes:handler': cannot find module 'nmaes'");
    assert.ok(error.report.includes(`Tried: ${join(APPS, "nmaes")}, then with`), error.report);
    assert.match(error.report, /^Did you mean 'names:handler'\?$/m);
    assert.match((await failure("./names.js")).report, /^Did you mean '\.\/names\.ts'\?$/m);
  });

  it("shows what a module threw, with the frames that are the user's", async () => {
    const error = await failure("throws");
    assert.equal(error.exitCode, 3);
    const place = `${join(APPS, "throws.ts")}:2`;
    assert.ok(error.message.startsWith(`Failed to load 'throws': Error: no database (${place}`), error.message);
    assert.match(error.report, /^Caused by: TypeError: refused$/m);
    assert.match(error.report, /^ +at .*throws\.ts:2:/m);
    assert.match(error.report, /^ +at .*throws\.ts:5:/m);
    assert.doesNotMatch(error.report, /node:internal|ext:|file:\/\/|src\/app\/load\.ts/);
  });

  it("shows what a module threw that is no error", async () => {
    const error = await failure(write("string.js", 'throw "a string";'));
    assert.match(error.report, /threw 'a string', which is not an Error[^]*While importing .*string\.js$/);
    assert.match((await failure(write("null.js", "throw null;"))).report, /threw null/);
    assert.equal((await failure(write("hostile.js", 'throw { get position() { throw new Error("x"); } };'))).exitCode, 3);
  });

  for (const name of ["typed.ts", "plain.js", "module.mjs"]) {
    it(`points at the syntax error in ${name}`, async () => {
      const path = write(name, "export const a = 1;", "export function app() {", '  return "x" +;', "}");
      const error = await failure(path);
      assert.equal(error.exitCode, 3);
      assert.ok(error.message.includes(`(${path}:3`), error.message);
      assert.ok(error.message.includes("SyntaxError: "), error.message);
      assert.match(error.report, /return "x" \+;/);
      assert.doesNotMatch(error.report, /node:internal|ext:|file:\/\/|\x1b/);
    });
  }

  it("points at a syntax error in CommonJS", async () => {
    const path = write("common.cjs", "exports.app = () => {", "  return +;", "};");
    // Deno counts the lines of the function that it wraps around the module.
    const place = detectRuntime() === "deno" ? `(${path}:` : `(${path}:2`;
    const { message } = await failure(path);
    assert.ok(message.includes(place), message);
  });

  it("points at a syntax error in what the module imports", async () => {
    const path = write("part.js", "export const a = 1;", "export const = 2;");
    write("whole.js", 'import { a } from "./part.js";', "export const app = () => new Response(a);");
    const error = await failure(join(folder, "whole.js"));
    assert.ok(error.message.includes(`(${path}:2`), error.message);
  });

  it("names the importer of a module that is missing", async () => {
    const path = write("importer.js", 'import { x } from "./not-there.js";', "export const app = x;");
    const error = await failure(path);
    assert.equal(error.exitCode, 3);
    assert.ok(error.report.includes("not-there.js"), error.report);
    assert.ok(error.report.includes(path), error.report);
    assert.doesNotMatch(error.report, /\x1b/);
  });

  it("gives the runtime's hint", async () => {
    const hinting = { ...adapter, modules: { ...adapter.modules, importHint: () => "Ask Ann" } };
    await assert.rejects(
      loadApplication(hinting, "throws", APPS, "auto"),
      (error) => error instanceof AppLoadError && error.report.endsWith("\nHint: Ask Ann"),
    );
  });
});
