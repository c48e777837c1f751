import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { flagKey } from "../../../src/cli/flags.ts";
import { UsageError } from "../../../src/cli/usage-error.ts";
import { AUTO_WORKERS } from "../../../src/config/auto-workers.ts";
import { variableOf } from "../../../src/config/environment.ts";
import { ConfigError } from "../../../src/config/errors.ts";
import { quote } from "../../../src/config/layer.ts";
import { type Config, loadConfig } from "../../../src/config/load.ts";
import type { SettingKind } from "../../../src/config/setting.ts";
import { declarationOf, SETTING_NAMES, type SettingName } from "../../../src/config/settings.ts";
import { schemasOf } from "../../../src/config/schemas.ts";
import { validate } from "../../../src/config/validate.ts";
import { badTexts, badValues, boundsOf, expected, goodValues } from "./sample-values.ts";
import { CWD, fakeHost, type FakeWorld } from "./fake-host.ts";

/** How a value is given: the arguments and the world it takes, or null where this source cannot give it. */
interface Source {
  readonly name: string;
  readonly give: (setting: SettingName, value: unknown) => { readonly argv: readonly string[]; readonly world: FakeWorld } | null;
  readonly originOf: (setting: SettingName) => string;
  /** Whether values are text here, so that 5 is the name of a file, say. */
  readonly isText: boolean;
}

const CONFIG_PATH = `${CWD}/tsgunicorn.config.ts`;
const EXAMPLE_PATH = `${CWD}/deploy/tsgunicorn.config.ts`;
/** The files that examples name. */
const EXAMPLES = { modules: { [EXAMPLE_PATH]: { default: {} } }, files: { [`${CWD}/deploy/production.env`]: "A=1\n" } };

const SOURCES: readonly Source[] = [
  {
    name: "command line",
    give: (setting, value) => {
      const argv = flagsFor(setting, value);
      return argv === null ? null : { argv, world: { ...EXAMPLES } };
    },
    originOf: (setting) => `--${flagKey(setting)}`,
    isText: true,
  },
  {
    name: "TSGUNICORN_CMD_ARGS",
    give: (setting, value) => {
      const argv = flagsFor(setting, value);
      const words = argv?.map((word) => `'${word}'`).join(" ");
      return words === undefined ? null : { argv: [], world: { env: { TSGUNICORN_CMD_ARGS: words }, ...EXAMPLES } };
    },
    originOf: (setting) => `--${flagKey(setting)} in TSGUNICORN_CMD_ARGS`,
    isText: true,
  },
  {
    name: "config file",
    give: (setting, value) => {
      if (declarationOf(setting).places === "outside") return null;
      return { argv: [], world: { modules: { [CONFIG_PATH]: { default: { [setting]: value } } } } };
    },
    originOf: () => CONFIG_PATH,
    isText: false,
  },
  {
    name: "own variable",
    give: (setting, value) => {
      const text = textOf(value);
      if (declarationOf(setting).flags.length === 0 || text === null) return null;
      return { argv: [], world: { env: { [variableOf(setting)]: text }, ...EXAMPLES } };
    },
    originOf: variableOf,
    isText: true,
  },
];

for (const source of SOURCES) {
  describe(`settings from ${source.name}`, () => {
    for (const setting of SETTING_NAMES) {
      for (const value of goodValues(setting)) {
        const given = source.give(setting, value);
        if (given === null) continue;
        it(`${setting} takes ${titleOf(value)}`, async () => {
          const config = await load(given.argv, given.world);
          assert.deepEqual(config.settings[setting], expected(setting, value));
          assert.equal(config.origin[setting].replace(/ \(auto: .*\)$/, ""), source.originOf(setting));
          for (const other of SETTING_NAMES) if (other !== setting) assert.equal(config.origin[other], "default", other);
        });
      }
      for (const value of source.isText ? badTexts(setting) : badValues(setting)) {
        const given = source.give(setting, value);
        if (given === null) continue;
        it(`${setting} refuses ${titleOf(value)}`, async () => {
          const error = await load(given.argv, given.world).then(() => null, (reason: unknown) => reason);
          if (error instanceof UsageError) {
            assert.ok(
              error.problems.some((problem) => declarationOf(setting).flags.some((flag) => problem.includes(flag))),
              error.message,
            );
            return;
          }
          assert.ok(error instanceof ConfigError, String(error));
          const about = `${setting} ${declarationOf(setting).flags.join(" ")}`;
          const [problem] = error.problems;
          assert.ok(
            problem !== undefined &&
              (problem.setting === setting || problem.message.includes(declarationOf(setting).flags.at(-1) ?? "-")),
            about,
          );
          assert.match(
            error.message,
            source.name === "config file"
              ? /tsgunicorn\.config\.ts/
              : new RegExp(`${variableOf(setting)}|--|TSGUNICORN_CMD_ARGS`),
          );
        });
      }
    }
  });
}

describe("settings in a wrong place", () => {
  for (const setting of SETTING_NAMES) {
    const { places } = declarationOf(setting);
    if (places === "outside") {
      it(`${setting} has no place in the config file`, async () => {
        await refused(
          { modules: { [CONFIG_PATH]: { default: { [setting]: true } } } },
          setting,
          "cannot be set in the config file",
        );
      });
    }
    if (places === "file" || places === "argument") {
      it(`${setting} has no variable`, async () => {
        await refused({ env: { [variableOf(setting)]: "app:x" } }, setting, "cannot be set by a variable");
      });
    }
  }
});

describe("declarations", () => {
  for (const setting of SETTING_NAMES) {
    const declaration = declarationOf(setting);
    it(`${setting}: kind, schema, default and example agree`, () => {
      assert.equal(validate(setting, declaration.default), null);
      assert.ok(kindFits(declaration.kind, schemasOf(setting).resolved), declaration.kind);
      assert.notDeepEqual(declaration.example, declaration.default);
      assert.match(declaration.description, /\.$/);
      assert.equal(declaration.metavar === null, declaration.kind === "boolean" || declaration.flags.length === 0);
      assert.equal(declaration.flags.length === 0, declaration.places === "file" || declaration.places === "argument");
      for (const [word, value] of Object.entries(declaration.words ?? {})) {
        assert.equal(word, word.toLowerCase());
        // A word that is counted before anything is checked.
        if (value !== AUTO_WORKERS) assert.equal(validate(setting, value), null, word);
      }
      assert.equal(declaration.flagAlone !== null, declaration.kind === "mode");
    });
    if (["integer", "duration", "size", "mask"].includes(declaration.kind)) {
      it(`${setting} is bounded`, () => {
        const { minimum, maximum } = boundsOf(setting);
        assert.ok(minimum >= 0 && maximum > minimum && Number.isSafeInteger(maximum * 1000));
      });
    }
  }

  it("no flag belongs to two settings", () => {
    const flags = ["-h", "--help", "-v", "--version", ...SETTING_NAMES.flatMap((name) => declarationOf(name).flags)];
    assert.equal(new Set(flags).size, flags.length);
    for (const flag of flags) assert.match(flag, /^(?:-[a-zA-Z]|--[a-z][a-z_-]+)$/);
  });
});

async function load(argv: readonly string[], world: FakeWorld): Promise<Config> {
  const { host, importModule } = fakeHost(world);
  return await loadConfig(host, argv, importModule);
}

async function refused(world: FakeWorld, setting: string, message: string): Promise<void> {
  await assert.rejects(load([], world), (error: unknown) => {
    assert.ok(error instanceof ConfigError);
    assert.ok(error.problems.some((problem) => problem.setting === setting && problem.message === message), error.message);
    return true;
  });
}

function titleOf(value: unknown): string {
  return typeof value === "number" ? String(value) : quote(value);
}

/** Null where the command line cannot say it. */
function flagsFor(setting: SettingName, value: unknown): string[] | null {
  const key = flagKey(setting);
  const { kind } = declarationOf(setting);
  if (key === null || value === null || declarationOf(setting).kind === "table") return null;
  // What is true or false in a variable is a flag that has no value.
  if (kind === "boolean" && typeof value === "string" && goodValues(setting).includes(value)) return null;
  if (typeof value === "boolean") return kind === "boolean" ? [`--${value ? "" : "no-"}${key}`] : null;
  const texts = Array.isArray(value) ? value.map(textOf) : [textOf(value)];
  if (kind === "csv" && texts.length === 0) return [`--${key}=`];
  if (texts.length === 0 || texts.includes(null)) return null;
  return texts.flatMap((text) => kind === "boolean" || kind === "mode" ? [`--${key}=${text}`] : [`--${key}`, text ?? ""]);
}

function textOf(value: unknown): string | null {
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(textOf).join(",");
  return value === null || value === "" || typeof value === "object" ? null : String(value);
}

function kindFits(kind: SettingKind, schema: object): boolean {
  const text = JSON.stringify(schema);
  switch (kind) {
    case "integer":
    case "size":
    case "mask":
      return text.startsWith('{"type":"integer"');
    case "duration":
      return text.startsWith('{"type":"number"');
    case "boolean":
    case "hook":
      return text === '{"type":"boolean"}';
    case "list":
    case "csv":
      return text.startsWith('{"type":"array"');
    case "table":
      return text.startsWith('{"type":"object"');
    case "text":
      return text.includes('"type":"string"') || text.startsWith('{"enum"');
    case "mode":
      return text.includes('"enum"');
  }
}
