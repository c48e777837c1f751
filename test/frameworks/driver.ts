/**
 * Runs scenarios against the framework's usual server and against ours, both on the runtime of the test.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { RuntimeName } from "../../src/runtime/port.ts";
import { RunningServer } from "../support/server.ts";
import { differencesOf, textOf } from "./compare.ts";
import { DIFFERENCES } from "./differences.ts";
import type { Difference, Scenario } from "./scenario.ts";
import { type Answer, type Sent, Wire } from "./wire.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const RUNTIME: RuntimeName = process.versions["bun"] ? "bun" : process.versions["deno"] ? "deno" : "node";
const LIMIT = { timeout: 60_000 };

export interface FrameworkSuite {
  /** The module in `apps/`. */
  readonly framework: string;
  readonly scenarios: readonly Scenario[];
}

/** One test a scenario. Both servers start with the first and end after the last. */
export function frameworkSuite({ framework, scenarios }: FrameworkSuite): void {
  describe(`${framework}, served by us and by its usual server`, () => {
    let pair: Pair | null = null;
    after(async () => await pair?.stop());
    for (const scenario of scenarios) {
      it(scenario.name, LIMIT, async () => {
        pair ??= new Pair(framework);
        await pair.check(scenario);
      });
    }

    it("has scenarios that are told apart by their names, and every known difference shows", () => {
      assert.equal(new Set(scenarios.map(({ name }) => name)).size, scenarios.length);
      pair?.checkDifferences();
    });
  });
}

/** Two servers of one application. */
class Pair {
  readonly #known: readonly Difference[];
  readonly #seen = new Map<Difference, Set<string>>();
  readonly #files: string = makeFiles();
  readonly #ours: RunningServer;
  readonly #usual: RunningServer;
  /** Asked for once: a server that does not start fails every scenario, and quickly. */
  readonly #ourPort: Promise<number>;
  readonly #usualPort: Promise<number>;

  constructor(framework: string) {
    this.#known = DIFFERENCES.filter((one) => one.frameworks.includes(framework) && one.runtimes.includes(RUNTIME));
    const env = { NODE_ENV: "production", FRAMEWORK_FILES: this.#files };
    // Their own fields say who asks and for what: whom we trust is the business of other tests.
    const args = ["-b", "127.0.0.1:0", "-w", "1", "--forwarded-allow-ips", "none"];
    this.#ours = new RunningServer([...args, `apps/${framework}:app`], { cwd: FOLDER, env });
    const words = RUNTIME === "deno" ? ["run", "-A"] : [];
    const command = [process.execPath, ...words, `${FOLDER}listen.mjs`] as const;
    const usual = new RunningServer([framework], { cwd: FOLDER, env, command });
    this.#usual = usual;
    this.#ourPort = this.#ours.port();
    this.#usualPort = usual.until(() => /^(\d+)\n/.exec(usual.stdout)?.[1], "the usual server").then(Number);
    for (const port of [this.#ourPort, this.#usualPort]) port.catch(() => {});
  }

  async check(scenario: Scenario): Promise<void> {
    const ours = await answersOf(await this.#ourPort, scenario);
    const transcript = `--- our log ---\n${this.#ours.transcript()}`;
    assert.deepEqual(
      ours.answers.map(({ status }) => status),
      scenario.status,
      `${ours.failure ?? "our answers"}: ${textOf(ours.answers).slice(0, 2_000)}\n${transcript}`,
    );
    if (scenario.shows !== undefined) assert.match(textOf(ours.answers), scenario.shows);
    const usual = await answersOf(await this.#usualPort, scenario);
    const lines = differencesOf(ours.answers, usual.answers, scenario.random ?? []);
    if (usual.failure !== null) lines.push(`- ${usual.failure}`);
    const unexplained = lines.filter((line) => !this.#explains(scenario.name, line));
    if (unexplained.length > 0) {
      assert.fail(`we (+) and the usual server (-) differ\n${unexplained.join("\n")}\n${transcript}`);
    }
  }

  /** Fails for a difference that did not show. To be asked after all scenarios. */
  checkDifferences(): void {
    for (const one of this.#known) {
      const seen = this.#seen.get(one) ?? new Set();
      const missing = one.scenarios?.filter((name) => !seen.has(name)) ?? (seen.size === 0 ? ["any scenario"] : []);
      assert.deepEqual(missing, [], `does not show any more: ${one.reason}`);
    }
  }

  #explains(scenario: string, line: string): boolean {
    const found = this.#known.filter((one) =>
      one.scenarios?.includes(scenario) !== false && one.lines.some((pattern) => pattern.test(line))
    );
    for (const one of found) this.#seen.set(one, (this.#seen.get(one) ?? new Set()).add(scenario));
    return found.length > 0;
  }

  async stop(): Promise<void> {
    try {
      assert.deepEqual(await this.#ours.stop(), { code: 0, signal: null }, this.#ours.transcript());
    } finally {
      this.#usual.killAll();
      await this.#usual.exited;
      rmSync(this.#files, { recursive: true });
    }
  }
}

/** The answers up to where a server failed. */
async function answersOf(port: number, scenario: Scenario): Promise<{ answers: Answer[]; failure: string | null }> {
  const answers: Answer[] = [];
  let wire = new Wire(port);
  try {
    const sentOf = (index: number): Sent => {
      const step = scenario.steps[index] ?? { path: "/" };
      return typeof step === "function" ? step(answers) : step;
    };
    if (scenario.isPipelined === true) { for (const index of scenario.steps.keys()) wire.send(sentOf(index)); }
    for (const index of scenario.steps.keys()) {
      const sent = sentOf(index);
      const answer = await (scenario.isPipelined === true ? wire.answer(sent) : wire.ask(sent));
      if (answer !== null) answers.push(answer);
      if (answer === null || scenario.isApart === true) {
        wire.close();
        wire = new Wire(port);
      }
    }
    return { answers, failure: null };
  } catch (error) {
    return { answers, failure: String(error) };
  } finally {
    wire.close();
  }
}

/** The same for both servers, with the same times. */
function makeFiles(): string {
  const folder = mkdtempSync(join(tmpdir(), "tsgunicorn-frameworks-"));
  mkdirSync(join(folder, "sub"));
  const files: readonly (readonly [string, string | Uint8Array])[] = [
    ["hello.txt", "hello, file\n"],
    ["empty.txt", ""],
    ["page.html", "<!doctype html><title>page</title>\n"],
    ["data.json", '{"a":1}\n'],
    ["bytes.bin", Uint8Array.from({ length: 70_000 }, (_, index) => index % 251)],
    ["large.txt", "0123456789abcde\n".repeat(40_000)],
    ["with space.txt", "a name with a space\n"],
    [".hidden", "hidden\n"],
    ["sub/index.html", "<p>index of sub</p>\n"],
  ];
  for (const [name, content] of files) {
    const path = join(folder, name);
    writeFileSync(path, content);
    utimesSync(path, 1_700_000_000, 1_700_000_000);
  }
  return folder;
}
