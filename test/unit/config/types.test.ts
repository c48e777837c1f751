import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Settings } from "../../../src/config/settings.ts";
import { defineConfig, type UserConfig } from "../../../src/mod.ts";

/** Checked by tsc: each directive must have an error to expect. */
const WRONG: readonly UserConfig[] = [
  // @ts-expect-error A number is wanted.
  { workers: "4" },
  // @ts-expect-error An unknown name.
  { wrokers: 4 },
  // @ts-expect-error An unknown level.
  { loglevel: "verbose" },
  // @ts-expect-error Only for the command line.
  { print_config: "json" },
  // @ts-expect-error A function must return settings.
  () => ({ workers: "4" }),
];

describe("defineConfig", () => {
  it("returns its argument", () => {
    const config = {
      workers: 4,
      bind: [":80"] as const,
      umask: "0022",
      accesslog: null,
      pidfile: undefined,
    } satisfies UserConfig;
    assert.equal(defineConfig(config), config);
    const made = ({ env }: { env: Readonly<Record<string, string | undefined>> }) => ({ wsgi_app: env["APP"] });
    assert.equal(defineConfig(made), made);
    assert.equal(WRONG.length, 5);
  });

  it("has types that are not any", () => {
    const take = (settings: Pick<Settings, "workers" | "bind" | "loglevel">): unknown[] => [
      settings.workers satisfies number,
      settings.bind satisfies readonly string[],
      settings.loglevel satisfies "debug" | "info" | "warning" | "error" | "critical",
      // @ts-expect-error Not text.
      settings.workers satisfies string,
    ];
    assert.deepEqual(take({ workers: 1, bind: [], loglevel: "info" }), [1, [], "info", 1]);
  });
});
