import assert from "node:assert/strict";
import { describe, it } from "node:test";
import Value from "typebox/value";
import { runSubcommand } from "../../../src/cli/run-subcommand.ts";
import { UsageError } from "../../../src/cli/usage-error.ts";
import { ConfigError } from "../../../src/config/errors.ts";
import { declarationOf, isSettingName } from "../../../src/config/settings.ts";
import { schemasOf } from "../../../src/config/schemas.ts";
import { type FakeCli, fakeCli, type FakeProject } from "./fake-cli-host.ts";

async function init(project: FakeProject, ...args: readonly string[]): Promise<FakeCli> {
  const cli = fakeCli(project);
  assert.equal(await runSubcommand(cli.host, "init", args), 0);
  return cli;
}

describe("tsgunicorn init: which file", () => {
  const cases: readonly (readonly [title: string, project: FakeProject, args: readonly string[], name: string])[] = [
    ["JavaScript on Node", {}, [], "mjs"],
    ["JavaScript beside app.js", { files: { "app.js": "" } }, [], "mjs"],
    ["TypeScript beside tsconfig.json", { files: { "tsconfig.json": "" } }, [], "ts"],
    ["TypeScript beside src/app.ts", { files: { "src/app.ts": "" } }, [], "ts"],
    ["JavaScript where the runtime imports no TypeScript", { files: { "app.ts": "" }, extensions: [".js", ".mjs"] }, [], "mjs"],
    ["TypeScript on Bun", { name: "bun" }, [], "ts"],
    ["TypeScript on Deno", { name: "deno" }, [], "ts"],
    ["what --js says", { name: "deno" }, ["--js"], "mjs"],
    ["what --json says", {}, ["--json"], "json"],
    ["what --ts says", {}, ["--ts"], "ts"],
  ];
  for (const [title, project, args, name] of cases) {
    it(title, async () => {
      const before = Object.keys(project.files ?? {}).length;
      const { files, stdout } = await init(project, ...args);
      assert.equal(files.has(`/srv/app/tsgunicorn.config.${name}`), true);
      assert.equal(files.size, before + 1);
      assert.ok(stdout.startsWith(`Wrote tsgunicorn.config.${name}\n`), stdout);
    });
  }
});

describe("tsgunicorn init: what is in it", () => {
  const app = { "app.ts": "" };

  it("is a module that sets what is valid, also where comments are taken away", async () => {
    const { files } = await init({ files: app });
    const text = files.get("/srv/app/tsgunicorn.config.ts") ?? "";
    const open = text.replaceAll(/^ {2}\/\/ ([a-z_]+: .*,)$/gm, "  $1");
    assert.notEqual(open, text);
    const settings = evaluate(open);
    assert.ok(Object.keys(settings).length > 10);
    for (const [name, value] of Object.entries(settings)) {
      assert.ok(isSettingName(name), name);
      assert.ok(Value.Check(schemasOf(name).input, value), name);
      assert.ok(text.replaceAll(/\s+(?:\/\/ )?/g, " ").includes(declarationOf(name).description), name);
    }
    assert.deepEqual(evaluate(text), { wsgi_app: "./app.ts", bind: ["127.0.0.1:8000"], workers: "auto" });
  });

  it("imports defineConfig only where the package is found", async () => {
    const without = (await init({ name: "bun" })).files.get("/srv/app/tsgunicorn.config.ts") ?? "";
    assert.doesNotMatch(without, /^import/m);
    const text = (await init({ name: "bun", hasPackage: true })).files.get("/srv/app/tsgunicorn.config.ts") ?? "";
    assert.match(text, /^import \{ defineConfig \} from "tsgunicorn";\n\nexport default defineConfig\(\{\n/m);
    assert.match(text, /\n\}\);\n$/);
  });

  it("is JSON with the schema, where there is one", async () => {
    const schema = "node_modules/tsgunicorn/docs/tsgunicorn.schema.json";
    const { files } = await init({ files: { ...app, [schema]: "{}" } }, "--json");
    const settings = JSON.parse(files.get("/srv/app/tsgunicorn.config.json") ?? "");
    assert.deepEqual([settings.$schema, settings.wsgi_app, settings.workers], [`./${schema}`, "./app.ts", "auto"]);
    assert.equal("$schema" in JSON.parse((await init({}, "--json")).files.get("/srv/app/tsgunicorn.config.json") ?? ""), false);
  });

  it("serves APP_MODULE, else the likeliest file", async () => {
    const served = async (project: FakeProject, ...args: readonly string[]): Promise<unknown> =>
      evaluate((await init(project, "--ts", ...args)).files.get("/srv/app/tsgunicorn.config.ts") ?? "")["wsgi_app"];
    assert.equal(await served({ files: app }, "./other.ts:make"), "./other.ts:make");
    assert.equal(await served({ files: { "src/index.ts": "", "server.js": "" } }), "./server.js");
    assert.equal(await served({}), undefined);
  });

  it("says to name the application where none is found", async () => {
    assert.match((await init({})).stdout, /\nNext:\n {2}name the application in wsgi_app/);
    assert.doesNotMatch((await init({ files: app })).stdout, /wsgi_app/);
  });
});

describe("tsgunicorn init --systemd", () => {
  const service = "/srv/app/tsgunicorn.service";

  it("writes both units and the config file", async () => {
    const { files, stdout } = await init({ files: { "node_modules/.bin/tsgunicorn": "" }, env: { USER: "alice" } }, "--systemd");
    assert.match(stdout, /^Wrote tsgunicorn\.config\.mjs\nWrote tsgunicorn\.service\nWrote tsgunicorn\.socket\n/);
    const text = files.get(service) ?? "";
    for (
      const line of [
        "Type=notify",
        "NotifyAccess=main",
        "ExecStart=/usr/bin/node /srv/app/node_modules/.bin/tsgunicorn",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "WorkingDirectory=/srv/app",
        "User=alice",
        "KillMode=mixed",
        "TimeoutStopSec=45",
        "ProtectHome=yes",
        "NoNewPrivileges=yes",
      ]
    ) assert.ok(text.includes(`\n${line}\n`), line);
    assert.doesNotMatch(text, /^MemoryDenyWriteExecute/m);
    assert.match(files.get("/srv/app/tsgunicorn.socket") ?? "", /\nListenStream=127\.0\.0\.1:8000\n/);
  });

  const users: readonly (readonly [env: Readonly<Record<string, string>>, line: string])[] = [
    [{ USER: "root" }, "# User=www-data"],
    [{}, "# User=www-data"],
    [{ USER: "root", SUDO_USER: "bob" }, "User=bob"],
    [{ USER: "a\nExecStart=/bin/sh" }, "# User=www-data"],
  ];
  for (const [env, line] of users) {
    it(`${JSON.stringify(env)} gives ${line}`, async () => {
      assert.ok((await init({ env }, "--systemd")).files.get(service)?.includes(`\n${line}\n`));
    });
  }

  it("quotes what systemd would take apart", async () => {
    const cwd = '/srv/my "50%" $app';
    const { files } = await init(
      { cwd, files: { "cli.js": "" }, command: ["/usr/bin/node", "--flag=a b", "cli.js"] },
      "--systemd",
    );
    const text = files.get(`${cwd}/tsgunicorn.service`) ?? "";
    assert.ok(text.includes('\nExecStart=/usr/bin/node "--flag=a b" "/srv/my \\"50%%\\" $$app/cli.js"\n'), text);
    assert.ok(text.includes('\nWorkingDirectory=/srv/my "50%%" $app\n'), text);
  });

  it("leaves readable what it needs below /home", async () => {
    const home = await init({ cwd: "/home/alice/app" }, "--systemd");
    assert.match(
      home.files.get("/home/alice/app/tsgunicorn.service") ?? "",
      /\nProtectHome=read-only\nReadWritePaths=\/home\/alice\/app\n/,
    );
    const runtime = await init({ command: ["/home/alice/.deno/bin/deno", "run", "-A", "npm:tsgunicorn"] }, "--systemd");
    assert.match(runtime.files.get(service) ?? "", /\nProtectHome=read-only\nProtectClock/);
    const cached = await init({ command: ["/usr/bin/deno", "run", "-A", "npm:tsgunicorn"] }, "--systemd");
    assert.match(cached.files.get(service) ?? "", /\nProtectHome=read-only\nProtectClock/);
  });

  it("warns of a command in a cache", async () => {
    const command = ["/usr/bin/node", "/home/a/.npm/_npx/1a2b/node_modules/.bin/tsgunicorn"];
    assert.match((await init({ command }, "--systemd")).stdout, /from a cache: install it in the project/);
    assert.doesNotMatch((await init({}, "--systemd")).stdout, /cache/);
  });

  it("keeps a config file, also with --force", async () => {
    const files = { "tsgunicorn.config.json": "{}", "tsgunicorn.socket": "old" };
    const { files: now, stdout } = await init({ files }, "--systemd", "--force");
    assert.equal(now.get("/srv/app/tsgunicorn.config.json"), "{}");
    assert.notEqual(now.get("/srv/app/tsgunicorn.socket"), "old");
    assert.equal(now.size, 3);
    assert.match(stdout, /\nKept tsgunicorn\.config\.json\n/);
  });
});

describe("tsgunicorn init refuses", () => {
  const cases: readonly (readonly [title: string, project: FakeProject, args: readonly string[], message: string])[] = [
    [
      "to overwrite",
      { files: { "tsgunicorn.config.mjs": "mine" } },
      [],
      'Error: "tsgunicorn.config.mjs" is there already; --force overwrites what is there',
    ],
    [
      "a second config file",
      { files: { "tsgunicorn.config.json": "mine" } },
      ["--js", "--force"],
      'Error: "tsgunicorn.config.json" is there already; remove it first, or write --json --force',
    ],
    [
      "to write half of it",
      { files: { "tsgunicorn.service": "mine", "tsgunicorn.socket": "mine" } },
      ["--systemd"],
      'Error: "tsgunicorn.service" and "tsgunicorn.socket" are there already; --force overwrites what is there',
    ],
    [
      "TypeScript that the runtime cannot import",
      { extensions: [".js"] },
      ["--ts"],
      'Error: node 26.0.0 cannot import "tsgunicorn.config.ts"; write --js or --json',
    ],
    [
      "a folder that it may not write to",
      { readOnly: "EACCES" },
      [],
      'Error: Cannot write "/srv/app/tsgunicorn.config.mjs": EACCES',
    ],
  ];
  for (const [title, project, args, message] of cases) {
    it(title, async () => {
      const cli = fakeCli(project);
      const before = new Map(cli.files);
      await assert.rejects(runSubcommand(cli.host, "init", args), (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        assert.equal(error.message, message);
        return true;
      });
      assert.deepEqual([...cli.files], [...before]);
    });
  }

  it("overwrites with --force", async () => {
    const { files } = await init({ files: { "tsgunicorn.config.mjs": "mine" } }, "--force");
    assert.notEqual(files.get("/srv/app/tsgunicorn.config.mjs"), "mine");
  });
});

describe("usage of subcommands", () => {
  const cases: readonly (readonly [name: "init" | "completion", args: readonly string[], problems: readonly string[]])[] = [
    ["init", ["--bogus", "--ts", "--js", "a", "b"], [
      "unrecognized arguments: --bogus",
      "unrecognized arguments: b",
      "argument --ts/--js: only one of them can be written",
    ]],
    ["init", ["--force=yes"], ["argument --force: ignored explicit argument 'yes'"]],
    ["completion", [], ["the name of a shell is missing: bash, zsh or fish"]],
    ["completion", ["tcsh"], ["'tcsh' is not bash, zsh or fish"]],
    ["completion", ["bash", "zsh"], ["unrecognized arguments: zsh"]],
  ];
  for (const [name, args, problems] of cases) {
    it(`${name} ${args.join(" ")}`, async () => {
      const cli = fakeCli();
      await assert.rejects(runSubcommand(cli.host, name, args), (error: unknown) => {
        assert.ok(error instanceof UsageError);
        assert.deepEqual(error.problems, problems);
        assert.match(error.message, new RegExp(`^usage: tsgunicorn ${name} .*[^]*\nFor help, run: tsgunicorn ${name} --help$`));
        return true;
      });
      assert.deepEqual([cli.stdout, cli.files.size], ["", 0]);
    });
  }

  for (const name of ["init", "completion"] as const) {
    it(`${name} --help writes nothing`, async () => {
      const cli = fakeCli();
      assert.equal(await runSubcommand(cli.host, name, ["-h"]), 0);
      assert.match(cli.stdout, new RegExp(`^usage: tsgunicorn ${name} `));
      assert.equal(cli.files.size, 0);
    });
  }
});

/** What a config file without the package exports. */
function evaluate(text: string): Record<string, unknown> {
  const literal = text.slice(text.indexOf("export default ") + "export default ".length).replace(/;\s*$/, "");
  return Function(`return (${literal});`)() as Record<string, unknown>;
}
