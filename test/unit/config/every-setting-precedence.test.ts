/** Between every two neighbouring sources, and for every setting: who wins, with which origin. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "../../../src/config/errors.ts";
import { type Config, loadConfig } from "../../../src/config/load.ts";
import { SETTING_NAMES, type SettingName } from "../../../src/config/settings.ts";
import { fakeHost } from "./fake-host.ts";
import { type Given, sharedText, sharedValue, type Source, SOURCES, together } from "./every-setting-sources.ts";
import { expected, goodValues } from "./sample-values.ts";

const RANKS = [...new Set(SOURCES.map(({ rank }) => rank))];
/** Neither a number, a truth value nor a choice, and too long for a text or an entry of a list. */
const TOO_LONG = "x".repeat(40_001);

describe("a higher source wins over every lower one", () => {
  for (const [index, setting] of SETTING_NAMES.entries()) {
    it(setting, async () => {
      // Another form of each source for the next setting, and all in all for every setting.
      for (const turn of [index, index + 1]) {
        const ladder = ladderOf(setting, turn);
        for (let height = ladder.length; height > 0; height--) {
          const rungs = ladder.slice(0, height);
          const top = rungs.at(-1);
          const { settings, origin } = await load(rungs.map(({ source, value }) => source.give(new Map([[setting, value]]))));
          const chosen = rungs.map(({ source }) => source.name).join(" < ");
          assert.deepEqual(settings[setting], top?.meaning, chosen);
          assert.equal(origin[setting].replace(/ \(auto: .*\)$/, ""), top?.source.originOf(setting), chosen);
        }
      }
    });
  }

  it("TSGUNICORN_CMD_ARGS replaces GUNICORN_CMD_ARGS as a whole", async () => {
    const { origin } = await load([{
      argv: [],
      world: { env: { GUNICORN_CMD_ARGS: "-w 2 --daemon", TSGUNICORN_CMD_ARGS: "-w 3" } },
    }]);
    assert.deepEqual([origin.workers, origin.daemon], ["--workers in TSGUNICORN_CMD_ARGS", "default"]);
  });

  it("a variable that is there already wins over one in a file", async () => {
    const [real, file] = SOURCES.filter(({ rank }) => rank === 1);
    const values = new Map<SettingName, unknown>([["backlog", 5]]);
    assert.ok(real !== undefined && file !== undefined);
    const { origin } = await load([file.give(values), real.give(values)]);
    assert.equal(origin.backlog, real.originOf("backlog"));
  });
});

describe("a bad value below a good one", () => {
  for (const setting of SETTING_NAMES) {
    const [lower, higher] = [1, 5].map((rank) => SOURCES.find((source) => source.rank === rank && canGiveAny(source, setting)));
    if (lower === undefined || higher === undefined || !lower.canGive(setting, TOO_LONG)) continue;
    it(`${setting} is found all the same`, async () => {
      const good = goodValues(setting).find((value) => higher.canGive(setting, value));
      await assert.rejects(
        load([lower.give(new Map([[setting, TOO_LONG]])), higher.give(new Map([[setting, good]]))]),
        (error: unknown) => {
          assert.ok(error instanceof ConfigError);
          const found = error.problems.filter((problem) => problem.setting === setting);
          assert.deepEqual(found.map(({ source }) => source), [lower.originOf(setting)]);
          return true;
        },
      );
    });
  }

  it("is nobody's business in a variable that other programs read too", async () => {
    const { settings } = await load([{ argv: ["-w", "2"], world: { env: { WEB_CONCURRENCY: "many" } } }]);
    assert.equal(settings.workers, 2);
  });
});

interface Rung {
  readonly source: Source;
  readonly value: unknown;
  readonly meaning: unknown;
}

/** From the lowest to the highest; neighbours have other values where the setting has more than one. */
function ladderOf(setting: SettingName, turn: number): readonly Rung[] {
  return RANKS.flatMap((rank): readonly Rung[] => {
    const sources = SOURCES.filter((source) => source.rank === rank && canGiveAny(source, setting));
    const source = sources[turn % sources.length];
    if (source === undefined) return [];
    if (rank === 0) {
      const value = sharedText(setting);
      return [{ source, value, meaning: sharedValue(setting, value) }];
    }
    const values = goodValues(setting).filter((value) => source.canGive(setting, value));
    const value = values[rank % Math.min(2, values.length)];
    return [{ source, value, meaning: expected(setting, value) }];
  });
}

function canGiveAny(source: Source, setting: SettingName): boolean {
  return (source.rank === 0 ? [sharedText(setting)] : goodValues(setting)).some((value) => source.canGive(setting, value));
}

async function load(given: readonly Given[]): Promise<Config> {
  const { argv, world } = together(given);
  const { host, importModule } = fakeHost(world);
  return await loadConfig(host, argv, importModule);
}
