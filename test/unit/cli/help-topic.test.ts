import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PLAIN } from "../../../src/cli/colors.ts";
import { findHelpTopic } from "../../../src/cli/help-topic.ts";
import { renderSettingPage } from "../../../src/cli/setting-page.ts";
import { SUBCOMMAND_NAMES } from "../../../src/cli/subcommands.ts";
import { ELSEWHERE } from "../../../src/config/elsewhere.ts";
import { variableOf } from "../../../src/config/environment.ts";
import { SECTION_NAMES } from "../../../src/config/setting.ts";
import { declarationOf, SETTING_NAMES } from "../../../src/config/settings.ts";

describe("findHelpTopic: settings", () => {
  for (const name of SETTING_NAMES) {
    it(`finds ${name} by its name, flags and variables`, () => {
      const { flags, shared } = declarationOf(name);
      const bare = flags.map((flag) => flag.replace(/^--?/, ""));
      const variables = flags.length > 0 ? [variableOf(name), ...(shared === null ? [] : [shared.name])] : [];
      for (const word of [name, name.toUpperCase(), name.replaceAll("_", "-"), ...flags, ...bare, ...variables]) {
        assert.deepEqual(findHelpTopic(word), { kind: "setting", name }, word);
      }
    });
  }

  it("takes --no- and a value for the flag", () => {
    assert.deepEqual(findHelpTopic("--no-daemon"), { kind: "setting", name: "daemon" });
    assert.deepEqual(findHelpTopic("--workers=4"), { kind: "setting", name: "workers" });
  });
});

describe("findHelpTopic: the rest", () => {
  for (const section of SECTION_NAMES) {
    it(`finds the section ${section}`, () => {
      for (const word of [section, section.toLowerCase(), section.replaceAll(" ", "-")]) {
        assert.deepEqual(findHelpTopic(word), { kind: "section", section });
      }
    });
  }

  for (const name of SUBCOMMAND_NAMES) {
    it(`finds the command ${name}`, () => assert.deepEqual(findHelpTopic(name), { kind: "subcommand", name }));
  }

  for (const [name, { flags, instead }] of Object.entries(ELSEWHERE)) {
    it(`says what to do instead of gunicorn's ${name}`, () => {
      for (const word of [name, name.replaceAll("_", "-"), ...flags]) {
        const topic = findHelpTopic(word);
        assert.ok(topic.kind === "elsewhere" && topic.name === name && topic.explanation.endsWith(instead), word);
      }
    });
  }

  const unknown: readonly (readonly [word: string, suggestion: string | null])[] = [
    ["wrokers", "workers"],
    ["--acces-logfile", "access-logfile"],
    ["completions", "completion"],
    ["xyzzy", null],
    ["", null],
    ["-", null],
    ["constructor", null],
  ];
  for (const [word, suggestion] of unknown) {
    it(`does not know ${JSON.stringify(word)}`, () => {
      assert.deepEqual(findHelpTopic(word), { kind: "unknown", suggestion });
    });
  }
});

describe("renderSettingPage", () => {
  for (const name of SETTING_NAMES) {
    it(`has all that is declared about ${name}`, () => {
      const { description, details, difference, since, section } = declarationOf(name);
      const flat = flatten(renderSettingPage(name, 100, PLAIN));
      assert.ok(flat.startsWith(`${name} (${section}) ${description} Value `), flat);
      for (const text of [details, difference ?? "", `Since ${since}`]) assert.ok(flat.includes(flatten(text)), text);
    });
  }

  it("reads well", () => {
    assert.equal(
      renderSettingPage("accesslog", 80, PLAIN).split("\n\n").slice(0, 2).join("\n\n"),
      `accesslog (Logging)
  The file for a line per request; \`-\` is standard output.

  Value          text or null
  Default        null
  Command line   --access-logfile FILE
  Variable       TSGUNICORN_ACCESSLOG
  Config file    accesslog: "-"
  A new value    takes effect at a reload (HUP)
  Since          0.1.0`,
    );
  });

  it("keeps the items of a list on lines of their own", () => {
    assert.match(renderSettingPage("proxy_protocol", 80, PLAIN), /\n {2}- `auto`: /);
  });

  it("keeps to the width", () => {
    for (const name of SETTING_NAMES) {
      for (const line of renderSettingPage(name, 60, PLAIN).split("\n")) {
        assert.ok(line.length <= 60 || !line.trim().includes(" ") || /^ {2}.{15}\S+$/.test(line), `${name}: ${line}`);
      }
    }
  });
});

function flatten(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
