/** Every setting from every source; a new declaration is covered without a change here. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { flagKey } from "../../../src/cli/flags.ts";
import { type Config, loadConfig } from "../../../src/config/load.ts";
import { declarationOf, SETTING_NAMES, type SettingName } from "../../../src/config/settings.ts";
import { fakeHost } from "./fake-host.ts";
import {
  type Given,
  sharedText,
  sharedValue,
  type Source,
  SOURCES,
  textOf,
  together,
  wordsFor,
} from "./every-setting-sources.ts";
import { expected, goodValues } from "./sample-values.ts";

const COUNTED = / \(auto: .*\)$/;

for (const source of SOURCES) {
  describe(`every setting from ${source.name}`, () => {
    for (const setting of SETTING_NAMES) {
      const values = valuesFrom(source, setting);
      if (values.length === 0) continue;
      it(setting, async () => {
        for (const value of values) {
          const { settings, origin } = await load(source.give(new Map([[setting, value]])));
          assert.deepEqual(settings[setting], meaningOf(source, setting, value));
          assert.equal(origin[setting].replace(COUNTED, ""), source.originOf(setting));
          const others = SETTING_NAMES.filter((name) => name !== setting && !source.uses.includes(name));
          assert.deepEqual(others.filter((name) => origin[name] !== "default"), []);
        }
      });
    }
  });
}

describe("every source", () => {
  for (const setting of SETTING_NAMES) {
    it(`that ${setting} belongs to can give it`, () => {
      const ranks = new Set(SOURCES.filter((source) => valuesFrom(source, setting).length > 0).map(({ rank }) => rank));
      assert.deepEqual([...ranks], ranksOf(setting));
    });
  }
});

describe("every spelling of a flag", () => {
  for (const setting of SETTING_NAMES) {
    const { flags } = declarationOf(setting);
    for (const flag of flags) {
      it(`${flag} gives ${setting}`, async () => {
        for (const [words, value] of spellings(setting, flag)) {
          const { settings, origin } = await load({ argv: words, world: {} });
          assert.deepEqual([settings[setting], origin[setting]], [value, `--${flagKey(setting)}`], words.join(" "));
        }
        if (declarationOf(setting).kind !== "mode") return;
        // Only a word that is one of its own is its value; anything else may be the application.
        const { app, settings } = await load({ argv: [flag, "app:handler"], world: {} });
        assert.deepEqual([app, settings[setting]], ["app:handler", declarationOf(setting).flagAlone]);
      });
    }
  }
});

describe("a flag that is repeated", () => {
  for (const setting of SETTING_NAMES) {
    const { kind, example, flags } = declarationOf(setting);
    const [first] = goodValues(setting);
    if (flags.length === 0) continue;
    it(`${setting}: ${kind === "list" || kind === "csv" ? "adds to the list" : "has its last value"}`, async () => {
      if (kind === "list" || kind === "csv") {
        const items: readonly string[] = JSON.parse(JSON.stringify(example));
        const words = items.flatMap((item) => wordsFor(setting, item) ?? []);
        assert.deepEqual((await load({ argv: words, world: {} })).settings[setting], items);
        return;
      }
      const other = goodValues(setting).findLast((value) => wordsFor(setting, value) !== null);
      const words = [...wordsFor(setting, other) ?? [], ...wordsFor(setting, first) ?? []];
      assert.deepEqual((await load({ argv: words, world: {} })).settings[setting], expected(setting, first));
    });
  }
});

/** Every way to write the flag with the example, with what it means. */
function spellings(setting: SettingName, flag: string): readonly (readonly [words: readonly string[], value: unknown])[] {
  const { kind, example, default: fallback, flagAlone, words = {} } = declarationOf(setting);
  const isLong = flag.startsWith("--");
  const underscored = flag.replace(/^--/, "").replaceAll("-", "_");
  if (kind === "boolean") {
    if (!isLong) return [[[flag], true]];
    return [[[flag], true], [[flag.replace("--", "--no-")], false], [[`--${underscored}`], true]];
  }
  const items = Array.isArray(example) ? example : [example];
  const text = items.map(textOf).join(",");
  const value = kind === "list" ? [items[0]] : expected(setting, example);
  const given = kind === "list" ? String(items[0]) : text;
  const joined = isLong ? [[`${flag}=${given}`], [`--${underscored}=${given}`]] : [[`${flag}${given}`], [`${flag}=${given}`]];
  if (kind !== "mode") return [[flag, given], ...joined].map((each) => [each, value] as const);
  return [
    ...joined.map((each) => [each, value] as const),
    [[flag], expected(setting, flagAlone)],
    [[flag.replace("--", "--no-")], fallback],
    ...Object.keys(words).map((word) => [[flag, word], words[word]] as const),
  ];
}

/** The example, and two more that the source can say. */
function valuesFrom(source: Source, setting: SettingName): readonly unknown[] {
  const values = source.rank === 0 ? [sharedText(setting)] : goodValues(setting);
  return values.filter((value) => source.canGive(setting, value)).slice(0, 3);
}

function meaningOf(source: Source, setting: SettingName, value: unknown): unknown {
  return source.rank === 0 ? sharedValue(setting, String(value)) : expected(setting, value);
}

/** The ranks of the sources that its declaration allows. */
function ranksOf(setting: SettingName): readonly number[] {
  const { places, flags, shared, kind } = declarationOf(setting);
  const inText = flags.length > 0;
  const inFile = places !== "outside";
  return [
    ...(shared === null ? [] : [0]),
    ...(inText ? [1] : []),
    ...(inFile && kind !== "hook" ? [2] : []),
    ...(inFile ? [3] : []),
    ...(inText ? [4, 5] : []),
  ];
}

async function load(given: Given): Promise<Config> {
  const { argv, world } = together([given]);
  const { host, importModule } = fakeHost(world);
  return await loadConfig(host, argv, importModule);
}
