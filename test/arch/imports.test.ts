import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * ARCHITECTURE.md's table of who may import whom. A folder may always import itself. The first matching row counts.
 */
const ALLOWED: readonly (readonly [layer: string, allowed: readonly string[]])[] = [
  ["src/http/", []],
  ["src/runtime/", ["src/app/bridge.ts"]],
  ["src/arbiter/listeners.ts", ["src/arbiter/", "src/config/bind.ts", "src/log/", "src/runtime/"]],
  ["src/arbiter/listener-set.ts", ["src/arbiter/", "src/channel/", "src/config/bind.ts", "src/runtime/"]],
  ["src/arbiter/first-listeners.ts", ["src/arbiter/", "src/config/bind.ts", "src/log/", "src/runtime/"]],
  ["src/arbiter/binder.ts", ["src/arbiter/", "src/config/bind.ts", "src/log/", "src/runtime/"]],
  ["src/arbiter/arbiter-resources.ts", ["src/arbiter/", "src/config/", "src/log/", "src/runtime/"]],
  ["src/arbiter/error-log.ts", ["src/arbiter/", "src/log/", "src/runtime/"]],
  ["src/arbiter/pidfile-keeper.ts", ["src/arbiter/", "src/log/", "src/runtime/"]],
  ["src/arbiter/driver.ts", [
    "src/arbiter/",
    "src/channel/",
    "src/config/worker-settings.ts",
    "src/hooks/",
    "src/log/",
    "src/runtime/",
  ]],
  ["src/arbiter/run.ts", ["src/"]],
  ["src/arbiter/reload-settings.ts", ["src/arbiter/", "src/config/", "src/hooks/", "src/log/", "src/runtime/"]],
  ["src/arbiter/owner.ts", ["src/arbiter/", "src/config/config.ts", "src/hooks/", "src/log/"]],
  ["src/arbiter/observed.ts", ["src/arbiter/", "src/log/"]],
  ["src/arbiter/read-again.ts", ["src/config/", "src/runtime/"]],
  ["src/arbiter/systemd.ts", ["src/arbiter/", "src/config/bind.ts", "src/log/", "src/runtime/"]],
  ["src/arbiter/worker-runtime.ts", ["src/config/", "src/log/", "src/runtime/"]],
  ["src/arbiter/application-check.ts", [
    "src/arbiter/",
    "src/channel/",
    "src/config/worker-settings.ts",
    "src/exit-codes.ts",
    "src/runtime/",
  ]],
  ["src/arbiter/config-check", [
    "src/arbiter/",
    "src/cli/colors.ts",
    "src/cli/missing-application.ts",
    "src/config/",
    "src/exit-codes.ts",
    "src/log/",
    "src/runtime/",
  ]],
  ["src/arbiter/config-warnings.ts", ["src/config/", "src/log/"]],
  ["src/arbiter/identity.ts", ["src/arbiter/own-identity.ts", "src/config/", "src/log/", "src/runtime/"]],
  ["src/arbiter/worker-make.ts", ["src/arbiter/systemd.ts", "src/config/config.ts"]],
  ["src/arbiter/arbiter-process.ts", ["src/arbiter/", "src/config/config.ts", "src/log/", "src/runtime/"]],
  ["src/arbiter/daemon.ts", ["src/arbiter/", "src/config/", "src/exit-codes.ts", "src/log/", "src/runtime/"]],
  ["src/arbiter/preload.ts", ["src/arbiter/", "src/channel/", "src/exit-codes.ts", "src/log/", "src/runtime/"]],
  ["src/arbiter/program-bind.ts", [
    "src/arbiter/",
    "src/config/bind.ts",
    "src/config/config.ts",
    "src/exit-codes.ts",
    "src/log/",
    "src/runtime/",
  ]],
  ["src/arbiter/foreign-children.ts", ["src/log/", "src/runtime/"]],
  ["src/arbiter/pidfile.ts", ["src/runtime/"]],
  ["src/arbiter/", ["src/arbiter/", "src/runtime/", "src/log/level.ts"]],
  ["src/config/sections/", [
    "src/config/",
    "src/http/trust-settings.ts",
    "src/http/ip-networks.ts",
    "src/log/access-atoms.ts",
    "src/log/access-format.ts",
    "src/log/level.ts",
    "src/log/syslog-settings.ts",
    "typebox",
  ]],
  ["src/config/checks/", ["src/config/", "src/runtime/", "src/worker/connection-limit.ts"]],
  ["src/config/", [
    "src/app/bridge.ts",
    "src/app/error-text.ts",
    "src/app/syntax-search.ts",
    "src/arbiter/settings.ts",
    "src/cli/",
    "src/hooks/names.ts",
    "src/hooks/read-hook.ts",
    "src/hooks/types.ts",
    "src/http/",
    "src/log/datagram-target.ts",
    "src/log/level.ts",
    "src/log/syslog-settings.ts",
    "src/metrics/statsd-settings.ts",
    "src/runtime/",
    "typebox",
  ]],
  ["src/cli/", ["src/config/", "src/exit-codes.ts", "src/hooks/names.ts", "src/runtime/", "src/log/level.ts"]],
  ["src/channel/", ["src/config/worker-settings.ts", "src/runtime/"]],
  ["src/log/", ["src/http/", "src/runtime/"]],
  ["src/metrics/", ["src/log/", "src/runtime/"]],
  ["src/app/", [
    "src/config/nearest.ts",
    "src/config/worker-settings.ts",
    "src/exit-codes.ts",
    "src/http/",
    "src/log/",
    "src/runtime/",
    "src/version.ts",
  ]],
  ["src/worker/", [
    "src/app/",
    "src/channel/",
    "src/config/worker-settings.ts",
    "src/exit-codes.ts",
    "src/hooks/",
    "src/http/",
    "src/log/",
    "src/metrics/",
    "src/runtime/",
  ]],
  ["src/hooks/", [
    "src/app/",
    "src/arbiter/hook-calls.ts",
    "src/arbiter/state.ts",
    "src/config/",
    "src/http/",
    "src/log/",
    "src/runtime/",
  ]],
  ["src/mod.ts", [
    "src/config/",
    "src/app/",
    "src/embed/serve-error.ts",
    "src/embed/types.ts",
    "src/hooks/types.ts",
    "src/runtime/",
  ]],
  ["src/", ["src/"]],
  ["runtimes/shared/node-http/", ["src/app/application.ts", "src/app/bridge.ts", "src/runtime/port.ts", "node:"]],
  ["runtimes/shared/", ["src/runtime/port.ts", "node:"]],
  ["runtimes/node/", ["src/runtime/port.ts", "src/main.ts", "runtimes/shared/", "node:", "koffi"]],
  ["runtimes/bun/", ["src/runtime/port.ts", "src/main.ts", "runtimes/shared/", "node:", "bun:"]],
  ["runtimes/deno/mod.ts", ["src/mod.ts", "src/embed/serve.ts", "runtimes/deno/create-adapter.ts"]],
  ["runtimes/mod.ts", ["src/mod.ts", "src/embed/serve.ts", "src/runtime/port.ts", "runtimes/"]],
  ["runtimes/deno/", ["src/runtime/port.ts", "src/main.ts", "runtimes/shared/", "node:"]],
  ["runtimes/", ["src/main.ts", "src/runtime/port.ts", "runtimes/", "node:"]],
];

const sources = globSync(["src/**/*.ts", "runtimes/**/*.ts"], { cwd: ROOT }).sort();

describe("who may import whom", () => {
  for (const file of sources) {
    it(file, () => {
      for (const target of importsOf(file)) {
        assert.ok(permitted(file, target), `${file} may not import ${target}`);
      }
    });
  }

  it("the arbiter's machine reaches nothing that acts", () => {
    const reached = new Set(["src/arbiter/machine.ts"]);
    for (const file of reached) for (const target of importsOf(file)) reached.add(target);
    for (const file of ["driver", "listeners", "binder", "arbiter-resources", "pidfile", "run", "reload-settings", "systemd"]) {
      assert.equal(reached.has(`src/arbiter/${file}.ts`), false, `the machine reaches ${file}.ts`);
    }
    assert.ok(reached.has("src/arbiter/slots.ts"));
  });

  it("knows every folder", () => {
    assert.ok(sources.length > 50, `only ${sources.length} sources were found`);
    assert.equal(permitted("src/http/parser.ts", "src/runtime/port.ts"), false);
    assert.equal(permitted("src/arbiter/machine.ts", "node:fs"), false);
    assert.equal(permitted("runtimes/bun/adapter.ts", "koffi"), false);
  });
});

describe("what the core does not name", () => {
  for (const file of sources.filter((path) => path.startsWith("src/"))) {
    it(file, () => {
      const code = readFileSync(join(ROOT, file), "utf8").replace(
        /\/\*[\s\S]*?\*\/|\/\/.*|`(?:\\.|[^`\\])*`|"(?:\\.|[^"\\\n])*"/g,
        " ",
      );
      for (const name of ["Buffer", "Deno", "Bun", "require", "__dirname"]) {
        assert.doesNotMatch(code, new RegExp(`(?<![\\w.$#])${name}(?=[.(\\[])`), `${file} names ${name}`);
      }
      assert.doesNotMatch(code, /\bexport default\b/, `${file} has a default export`);
      assert.doesNotMatch(code, /(?:\bas|:|<) any\b/, `${file} uses any`);
    });
  }
});

/** Folder or file from the root for our own modules, the specifier for others. */
function importsOf(file: string): string[] {
  const code = readFileSync(join(ROOT, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, " ");
  const specifiers = [
    ...code.matchAll(/^\s*(?:import|export)\b[^"';]*?\bfrom\s+"([^"]+)"|^\s*import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm),
  ];
  return specifiers.map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? "";
    return specifier.startsWith(".") ? relative(ROOT, join(ROOT, dirname(file), specifier)) : specifier;
  });
}

function permitted(file: string, target: string): boolean {
  const row = ALLOWED.find(([layer]) => file.startsWith(layer));
  if (row === undefined) return false;
  const [layer, allowed] = row;
  if (layer.endsWith("/") && target.startsWith(layer)) return true;
  return allowed.some((prefix) =>
    target === prefix || (/[/:]$/.test(prefix) || !prefix.includes("/")) && target.startsWith(prefix)
  );
}
