import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { renderCompletion } from "../../../src/cli/completion/completion.ts";
import { completionModel } from "../../../src/cli/completion/model.ts";
import { SHELLS, SUBCOMMAND_NAMES } from "../../../src/cli/subcommands.ts";
import { declarationOf, SETTING_NAMES } from "../../../src/config/settings.ts";

/** Words before the cursor, the last of them begun; and what must be offered: all of it, or (with `…`) this among more. */
interface Case {
  readonly words: readonly string[];
  readonly offered: readonly string[];
  readonly isAmongMore?: true;
}

const CASES: readonly Case[] = [
  { words: ["--wor"], offered: ["--worker-connections", "--worker-tmp-dir", "--workers"] },
  { words: ["--no-dae"], offered: ["--no-daemon"] },
  { words: ["-w", "4", "--proxy-p"], offered: ["--proxy-protocol"] },
  { words: ["--log-level", ""], offered: ["critical", "debug", "error", "info", "warning"] },
  { words: ["--reload-engine", "p"], offered: ["poll"] },
  { words: ["-w", "a"], offered: ["auto"] },
  { words: ["-p", "run/"], offered: ["run/app.pid", "run/more"] },
  { words: ["--access-logfile", "run/a"], offered: ["run/app.pid"] },
  { words: ["--chdir", ""], offered: ["run"] },
  { words: ["init", "--s"], offered: ["--systemd"] },
  { words: ["completion", ""], offered: ["bash", "fish", "zsh"] },
  { words: ["--daemon", "main"], offered: ["main.ts"] },
  { words: ["-w", "4", "--proxy-protocol", "main"], offered: ["main.ts"] },
  { words: ["mai"], offered: ["main.ts"] },
  { words: ["in"], offered: ["init"], isAmongMore: true },
];

/** What bash makes of `--flag=value`, and what fish sees otherwise. */
const IN_BASH: readonly Case[] = [
  { words: ["--access-logfile", "-"], offered: ["-"] },
  { words: ["--log-level", "=", "d"], offered: ["debug"] },
  { words: ["--log-level", "="], offered: ["critical", "debug", "error", "info", "warning"] },
  { words: ["--print-config", "="], offered: ["json", "text"] },
  { words: ["--pid", "=", "run/a"], offered: ["run/app.pid"] },
  { words: ["--", "--wor"], offered: [] },
  { words: ["--", "mai"], offered: ["main.ts"] },
  { words: ["-b", "mai"], offered: [] },
];

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "tsgunicorn-"));
  mkdirSync(join(folder, "run/more"), { recursive: true });
  for (const name of ["main.ts", "notes.md", "run/app.pid"]) writeFileSync(join(folder, name), "");
  for (const shell of SHELLS) writeFileSync(join(folder, `.completion.${shell}`), renderCompletion(shell));
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe("what is completed", () => {
  const { flags, commands } = completionModel();

  for (const name of SETTING_NAMES) {
    const setting = declarationOf(name);
    if (setting.flags.length === 0) continue;
    it(`${setting.flags.join(", ")}`, () => {
      const [found, ...more] = flags.filter(({ spellings }) => spellings.some((spelling) => setting.flags.includes(spelling)));
      assert.deepEqual([found?.spellings, more], [setting.flags, []]);
      assert.equal(found?.value === "none", setting.kind === "boolean");
    });
  }

  it("the subcommands", () => assert.deepEqual(commands.map(({ name }) => name), SUBCOMMAND_NAMES));
});

describe("tsgunicorn completion bash", () => {
  for (const { words, offered, isAmongMore } of [...CASES, ...IN_BASH]) {
    it(`tsgunicorn ${words.join(" ")}`, () => {
      // What bash itself does for the function that `complete -F` names.
      const script = `source ./.completion.bash
name=$(complete -p tsgunicorn | sed 's/.*-F \\([^ ]*\\).*/\\1/')
COMP_WORDS=(tsgunicorn "$@")
COMP_CWORD=$#
$name
printf '%s\\n' "\${COMPREPLY[@]}"`;
      const text = execFileSync("bash", ["--norc", "-c", script, "bash", ...words], { cwd: folder, encoding: "utf8" });
      compare(text.split("\n"), offered, isAmongMore);
    });
  }
});

describe("tsgunicorn completion zsh", () => {
  it("quotes everything", () => {
    const lines = renderCompletion("zsh").split("\n").filter((line) => line.startsWith("    '"));
    assert.ok(lines.length > 50);
    for (const line of lines) assert.match(line, /^ {4}(?:\{?(?:'(?:[^']|'\\'')*',?)+\}?)+(?: \\)?$/);
  });

  if (isInstalled("zsh")) {
    it("is accepted by zsh", () => {
      execFileSync("zsh", ["-f", "-n", ".completion.zsh"], { cwd: folder, stdio: "pipe" });
    });
  }
});

describe("tsgunicorn completion fish", () => {
  it("has a line for each flag and command", () => {
    const text = renderCompletion("fish");
    for (const { spellings } of completionModel().flags) {
      for (const spelling of spellings) {
        assert.match(text, new RegExp(` -${spelling.startsWith("--") ? "l" : "s"} ${spelling.replace(/^--?/, "")} `));
      }
    }
    for (const name of SUBCOMMAND_NAMES) assert.ok(text.includes(` -a ${name} -d `));
  });

  if (isInstalled("fish")) {
    for (const { words, offered, isAmongMore } of CASES) {
      it(`tsgunicorn ${words.join(" ")}`, () => {
        const script = 'source .completion.fish; complete -C "$LINE"';
        const env = { ...process.env, LINE: `tsgunicorn ${words.join(" ")}` };
        const text = execFileSync("fish", ["--no-config", "-c", script], { cwd: folder, env, encoding: "utf8" });
        compare(text.split("\n").map((line) => line.split("\t")[0] ?? ""), offered, isAmongMore);
      });
    }
  }
});

function compare(lines: readonly string[], offered: readonly string[], isAmongMore = false): void {
  const found = [...new Set(lines.map((line) => line.replace(/[/=]$/, "")))].filter((line) => line !== "").sort();
  if (isAmongMore) assert.ok(offered.every((word) => found.includes(word)), found.join(" "));
  else assert.deepEqual(found, offered);
}

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ["-c", "exit 0"], { stdio: "ignore" }).status === 0;
}
