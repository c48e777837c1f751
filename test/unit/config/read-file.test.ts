import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, it } from "node:test";
import { adapter } from "#runtime";
import { ConfigError } from "../../../src/config/errors.ts";
import type { ConfigHost } from "../../../src/config/host.ts";
import { type Config, loadConfig } from "../../../src/config/load.ts";
import { countProcessors } from "../../../src/config/processors.ts";
import { inFolder } from "../../support/folder.ts";

/** What a config file of a name holds, with what lies beside it. */
interface Case {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  /** Of the problem. */
  readonly message: RegExp;
  /** From the folder. */
  readonly source: RegExp;
  readonly hint?: RegExp;
}

const CASES: readonly Case[] = [
  {
    title: "throws",
    files: { "tsgunicorn.config.mjs": 'const url = null;\nif (!url) throw new Error("URL is not set");\nexport default {};' },
    message: /^failed to read the config file: URL is not set$/,
    source: /^tsgunicorn\.config\.mjs:2:\d+$/,
  },
  {
    title: "throws in its function",
    files: { "tsgunicorn.config.mjs": "export default ({ env }) => ({\n  workers: env.nothing.here,\n});" },
    message: /^failed to read the config file: TypeError: /,
    source: /^tsgunicorn\.config\.mjs:2:\d+$/,
  },
  {
    title: "has a getter that throws",
    files: { "tsgunicorn.config.mjs": 'export default {\n  get workers() { throw new Error("no workers"); },\n};' },
    message: /^failed to read the config file: no workers$/,
    source: /^tsgunicorn\.config\.mjs:2:\d+$/,
  },
  {
    title: "throws no error",
    files: { "tsgunicorn.config.mjs": 'throw "nope";' },
    message: /^failed to read the config file: it threw 'nope'$/,
    source: /^tsgunicorn\.config\.mjs$/,
  },
  {
    title: "has wrong syntax",
    files: { "tsgunicorn.config.mjs": "export default {\n  workers: 4,,\n};" },
    message: /^failed to read the config file: SyntaxError: \S/,
    source: /^tsgunicorn\.config\.mjs:2\b/,
  },
  {
    title: "imports what has wrong syntax",
    files: { "tsgunicorn.config.mjs": 'import "./lib.mjs";\nexport default {};', "lib.mjs": "\n\nexport const a = ;" },
    message: /^failed to read the config file: SyntaxError: .*, at \/.*\/lib\.mjs:3\b/,
    source: /^tsgunicorn\.config\.mjs$/,
  },
  {
    title: "imports what throws",
    files: { "tsgunicorn.config.mjs": 'import "./lib.mjs";\nexport default {};', "lib.mjs": '\nthrow new Error("no lib");' },
    message: /^failed to read the config file: no lib, at \/.*\/lib\.mjs:2:\d+$/,
    source: /^tsgunicorn\.config\.mjs$/,
  },
  {
    title: "imports a package that is missing",
    files: { "tsgunicorn.config.mjs": 'import "not-there-at-all";\nexport default {};' },
    message: /^failed to read the config file: .*not-there-at-all/,
    source: /^tsgunicorn\.config\.mjs/,
    hint: /installed|deno install/,
  },
  {
    title: "imports a file that is missing",
    files: { "tsgunicorn.config.mjs": 'import "./nope.mjs";\nexport default {};' },
    message: /^failed to read the config file: .*nope\.mjs/,
    source: /^tsgunicorn\.config\.mjs/,
    hint: /./,
  },
  {
    title: "assigns as gunicorn's does",
    files: { "tsgunicorn.config.mjs": "workers = 4;" },
    message: /^failed to read the config file: ReferenceError: .*\bworkers\b/,
    source: /^tsgunicorn\.config\.mjs:1:\d+$/,
    hint: /^write: export const workers = …$/,
  },
  {
    title: "forgets to export",
    files: { "tsgunicorn.config.mjs": "const workers = 4;" },
    message: /^the config file exports nothing$/,
    source: /^tsgunicorn\.config\.mjs$/,
    hint: /^write: export default \{ workers: 4 \}$/,
  },
  {
    title: "forgets to export, as CommonJS",
    files: { "tsgunicorn.config.cjs": "const workers = 4;" },
    message: /^the config file exports nothing$/,
    source: /^tsgunicorn\.config\.cjs$/,
    hint: /^write: module\.exports = \{ workers: 4 \}$/,
  },
  {
    title: "exports a promise",
    files: { "tsgunicorn.config.mjs": "export default (async () => ({ workers: 2 }))();" },
    message: /^the config file must export an object of settings, got a promise$/,
    source: /^tsgunicorn\.config\.mjs$/,
    hint: /^export the async function itself, without calling it, or await the promise$/,
  },
  {
    title: "exports a map",
    files: { "tsgunicorn.config.mjs": "export default () => new Map([['workers', 2]]);" },
    message: /^the function in the config file must return an object of settings, got \{\}$/,
    source: /^tsgunicorn\.config\.mjs$/,
  },
  {
    title: "is JSON with a comment",
    files: { "tsgunicorn.config.json": '{\n  // four\n  "workers": 4\n}' },
    message: /^the config file is not valid JSON: a comment, which JSON does not allow$/,
    source: /^tsgunicorn\.config\.json:2:3$/,
    hint: /^a \.ts or \.mjs file can have comments$/,
  },
];

describe("a config file that", () => {
  for (const { title, files, message, source, hint } of CASES) {
    it(`${title} is refused with the place and what to do`, async () => {
      await inFolder(async (folder) => {
        write(folder, files);
        const error = await load(folder).then(() => null, (reason: unknown) => reason);
        assert.ok(error instanceof ConfigError, String(error));
        const [problem, ...more] = error.problems;
        assert.deepEqual(more, []);
        assert.match(problem?.message ?? "", message);
        assert.match(problem?.source?.replace(`${folder}/`, "") ?? "", source);
        assert.match(problem?.hint ?? "", hint ?? /^/);
      });
    });
  }

  it("is empty sets nothing", async () => {
    for (const name of ["tsgunicorn.config.mjs", "tsgunicorn.config.cjs"]) {
      for (const text of ["", "\n", "// export default { workers: 4 }\n"]) {
        await inFolder(async (folder) => {
          write(folder, { [name]: text });
          assert.equal((await load(folder)).file, join(folder, name));
        });
      }
    }
  });

  it("has a function is told the environment and the processors", async () => {
    await inFolder(async (folder) => {
      const text = "export default async ({ env, cpus }) => ({ workers: cpus, proc_name: env.NAME });";
      write(folder, { "tsgunicorn.config.mjs": text, "a.env": "NAME='from the file'" });
      const { settings } = await load(folder, ["--env-file", "a.env"]);
      assert.equal(settings.workers, countProcessors(adapter).count);
      assert.equal(settings.proc_name, "from the file");
    });
  });

  it("is asked for as a path, a file or a module is found", async () => {
    await inFolder(async (folder) => {
      write(folder, {
        "deploy/one.mjs": "export const workers = 7;",
        "node_modules/@acme/settings/package.json": '{"name":"@acme/settings","exports":"./main.mjs"}',
        "node_modules/@acme/settings/main.mjs": "export const workers = 8;",
      });
      for (
        const form of [
          "deploy/one.mjs",
          "file:deploy/one.mjs",
          `file://${folder}/deploy/one.mjs`,
          "module:./deploy/one",
          "module:deploy/one",
        ]
      ) {
        const config = await load(folder, ["-c", form]);
        assert.equal(config.settings.workers, 7, form);
        assert.equal(config.file, join(folder, "deploy/one.mjs"));
      }
      assert.equal((await load(folder, ["-c", "module:@acme/settings"])).settings.workers, 8);
      const refusals: readonly (readonly [form: string, expected: RegExp])[] = [
        ["module:nothing", /^Error: config: there is no module "nothing" \(from --config\); name a path without its extension/],
        ["module:", /^Error: config: there is no module ""/],
        [
          "python:gunicorn_conf",
          /^Error: config: "python:gunicorn_conf" is a module of Python, which cannot be read .*"tsgunicorn init" makes one/,
        ],
        ["deploy/on.mjs", /^Error: config: "deploy\/on\.mjs" doesn't exist \(from --config\); did you mean "one\.mjs"\?$/],
      ];
      for (const [form, expected] of refusals) {
        await assert.rejects(
          load(folder, ["-c", form]),
          (error) => error instanceof ConfigError && expected.test(error.message),
          form,
        );
      }
    });
  });
});

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** As if this process had been started in the folder. */
async function load(folder: string, argv: readonly string[] = []): Promise<Config> {
  const host: ConfigHost = {
    name: adapter.name,
    version: adapter.version,
    clock: adapter.clock,
    process: { env: {}, cwd: () => folder, setVariables: () => {} },
    files: { ...adapter.files, absolute: (path) => resolve(folder, path) },
    modules: adapter.modules,
  };
  return await loadConfig(host, argv);
}
