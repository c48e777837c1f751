import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readAgain } from "../../../src/arbiter/read-again.ts";
import { parseCommandLine } from "../../../src/cli/command-line.ts";

describe("the words of the process that reads the configuration again", () => {
  for (
    const argv of [
      ["app:app"],
      ["--no-print-config", "app:app"],
      ["--print-config", "app:app", "--check-config"],
      ["-w", "3", "app:app", "--proxy-protocol"],
      ["-w", "3", "--", "app:app"],
    ]
  ) {
    it(`ask for JSON and nothing else, whatever the command line says: ${argv.join(" ")}`, async () => {
      const words: string[][] = [];
      const spawner = {
        capture: async (args: readonly string[]) => {
          words.push([...args]);
          return { code: 1, signal: null, stdout: "", stderr: "Error: no" };
        },
      };
      // Only this part of a spawner is used.
      await assert.rejects(readAgain({ spawner } as never, argv), /^Error: Error: no$/);
      const { app, values } = parseCommandLine(words[0] ?? []);
      assert.equal(app, "app:app");
      assert.deepEqual(["print_config", "check_config"].map((name) => values.get(name as "print_config")?.value), [
        "json",
        false,
      ]);
      assert.equal(values.get("workers")?.value, argv.includes("3") ? 3 : undefined);
    });
  }
});
