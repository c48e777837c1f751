/** Bad values of all settings at once from every source: each is refused with its name, source, value and what is allowed. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UsageError } from "../../../src/cli/usage-error.ts";
import { ConfigError, type Problem } from "../../../src/config/errors.ts";
import { quote } from "../../../src/config/layer.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { describeUnread, readText } from "../../../src/config/read-text.ts";
import { declarationOf, SETTING_NAMES, type SettingName } from "../../../src/config/settings.ts";
import { CWD, fakeHost } from "./fake-host.ts";
import { type Mistake, mistakesOf } from "./every-setting-mistakes.ts";
import { type Given, type Source, SOURCES, textOf, together, wordsFor } from "./every-setting-sources.ts";

/** What is read as a flag's value, and then found wrong, is said otherwise than what cannot be read at all. */
type Stage = "unread" | "refused";

for (const source of SOURCES.filter(({ rank }) => rank > 0)) {
  for (const stage of source.rank >= 4 ? ["unread", "refused"] as const : ["refused"] as const) {
    const all = new Map(SETTING_NAMES.map((setting) => [setting, mistakesFrom(source, stage, setting)] as const));
    const rounds = Math.max(...[...all.values()].map(({ length }) => length));
    describe(`what is ${stage === "unread" ? "no value" : "refused"} from ${source.name}`, () => {
      for (let round = 0; round < rounds; round++) {
        const chosen = new Map<SettingName, Mistake>();
        for (const [setting, mistakes] of all) {
          const mistake = mistakes[round % mistakes.length];
          if (mistake !== undefined) chosen.set(setting, mistake);
        }
        it(`${chosen.size} settings at once, for the ${round + 1}. time`, async () => {
          const values = new Map([...chosen].map(([setting, { value }]) => [setting, value]));
          const error = await refused([source.give(values)]);
          for (const [setting, mistake] of chosen) {
            if (stage === "unread") assertSaid(error, setting, mistake);
            else assertProblem(error, source, setting, mistake);
          }
          assertNothingElse(error, chosen);
        });
      }
    });
  }
}

describe("a hook in JSON", () => {
  for (const file of ["package.json", "deno.json", "tsgunicorn.config.json"]) {
    it(`${file} says where it goes`, async () => {
      const hooks = SETTING_NAMES.filter((name) => declarationOf(name).kind === "hook");
      const values = Object.fromEntries(hooks.map((name) => [name, "app:hook"]));
      const text = JSON.stringify(file.startsWith("tsgunicorn") ? values : { tsgunicorn: values });
      const error = await refused([{ argv: [], world: { files: { [`${CWD}/${file}`]: text } } }]);
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(error.problems.map(({ setting }) => setting), hooks);
      for (const { message, hint } of error.problems) {
        assert.equal(message, "is a hook, and JSON has no functions");
        assert.match(hint ?? "", /tsgunicorn\.config\.ts/);
      }
    });
  }
});

describe("a flag without its value", () => {
  for (const setting of SETTING_NAMES) {
    const { flags, kind } = declarationOf(setting);
    for (const flag of flags) {
      if (kind === "boolean") continue;
      const wrong = kind === "mode" || kind === "csv" ? [] : [[flag], [flag, "--daemon"], [flag, ""]];
      const empty = flag.startsWith("--") && kind !== "csv" ? [[`${flag}=`]] : [];
      for (const argv of [...wrong, ...empty]) {
        it(argv.map((word) => word === "" ? "''" : word).join(" "), async () => {
          const error = await refused([{ argv, world: {} }]);
          assert.ok(error instanceof UsageError);
          assert.deepEqual(error.problems, [`argument ${flags.join("/")}: expected one argument`]);
        });
      }
    }
  }
});

/** Those that `source` can make; a command line refuses what it cannot read before anything is looked at. */
function mistakesFrom(source: Source, stage: Stage, setting: SettingName): readonly Mistake[] {
  const { places } = declarationOf(setting);
  if (places === "outside" && !source.isText) return [];
  return mistakesOf(setting).filter(({ value, isText }) => {
    if (source.isText && !isText || !source.canGive(setting, value)) return false;
    return source.rank < 4 || (isUnread(setting, value) ? "unread" : "refused") === stage;
  });
}

function isUnread(setting: SettingName, value: unknown): boolean {
  const declaration = declarationOf(setting);
  return describeUnread(declaration, readText(declaration, textOf(value) ?? "")) !== null;
}

function assertProblem(error: Error, source: Source, setting: SettingName, { value, allowed }: Mistake): void {
  assert.ok(error instanceof ConfigError, error.message);
  const found = error.problems.filter((problem) => problem.setting === setting);
  const shown = quote(source.rank === 1 ? textOf(value) : source.rank >= 4 ? shownFlag(setting, value) : value);
  const fits = ({ source: from, message }: Problem): boolean =>
    from === source.originOf(setting) && allowed.every((part) => message.includes(part)) && message.endsWith(`, got ${shown}`);
  assert.ok(found.some(fits), `${setting} ${shown}: ${JSON.stringify(found)} says ${JSON.stringify(allowed)}`);
}

/** In the words of argparse. */
function assertSaid(error: Error, setting: SettingName, { value }: Mistake): void {
  const { flags } = declarationOf(setting);
  const start = `argument ${flags.join("/")}: invalid `;
  const said = linesOf(error).filter((line) => line.startsWith(start));
  assert.equal(said.length, 1, setting);
  assert.match(said[0] ?? "", /^[^:]*: invalid [a-z]+ value: '/);
  assert.ok((said[0] ?? "").includes(`'${textOf(value)}'`), setting);
}

/** A file that is not there is a problem beside that of its name. */
function assertNothingElse(error: Error, chosen: ReadonlyMap<SettingName, Mistake>): void {
  if (error instanceof UsageError) return assert.equal(error.problems.length, chosen.size);
  assert.ok(error instanceof ConfigError);
  const counts = new Map<string, number>();
  for (const { setting } of error.problems) counts.set(setting ?? "none", (counts.get(setting ?? "none") ?? 0) + 1);
  for (const [setting, count] of counts) {
    assert.ok(count === 1 || ["none", "config", "env_file"].includes(setting), `${setting} has ${count} problems`);
    assert.ok(setting === "none" || [...chosen.keys()].some((each) => each === setting), `${setting} was not wrong`);
  }
}

function linesOf(error: Error): readonly string[] {
  return error instanceof UsageError
    ? error.problems
    : error instanceof ConfigError
    ? error.problems.map(({ message }) => message)
    : [];
}

/** As the command line shows it: one text, or the list of a repeated flag. */
function shownFlag(setting: SettingName, value: unknown): unknown {
  const words = wordsFor(setting, value) ?? [];
  const texts = declarationOf(setting).kind === "mode"
    ? words.map((word) => word.replace(/^[^=]*=/, ""))
    : words.filter((_, index) => index % 2 === 1);
  return texts.length === 1 ? texts[0] : texts;
}

async function refused(given: readonly Given[]): Promise<Error> {
  const { argv, world } = together(given);
  const { host, importModule } = fakeHost(world);
  const error = await loadConfig(host, argv, importModule).then(() => null, (reason: unknown) => reason);
  assert.ok(error instanceof Error, "nothing was refused");
  return error;
}
