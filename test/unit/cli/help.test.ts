import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { paintFor, PLAIN } from "../../../src/cli/colors.ts";
import { renderFlags, renderHelp, renderSectionHelp, renderSubcommandHelp } from "../../../src/cli/help.ts";
import { SUBCOMMAND_NAMES, SUBCOMMANDS } from "../../../src/cli/subcommands.ts";
import { SECTION_NAMES } from "../../../src/config/setting.ts";
import { declarationOf, SETTING_NAMES } from "../../../src/config/settings.ts";

const HELP = renderHelp(100, PLAIN);
/** As one line, since descriptions wrap. */
const FLAT = HELP.replaceAll(/\s+/g, " ");

describe("renderHelp", () => {
  for (const name of SETTING_NAMES) {
    const setting = declarationOf(name);
    it(
      setting.flags.length === 0 ? `leaves out ${name}, which has no flag` : `shows the flags and description of ${name}`,
      () => {
        assert.equal(
          HELP.includes(`\n  ${renderFlags(setting)}`) && FLAT.includes(setting.description),
          setting.flags.length > 0,
        );
      },
    );
  }

  it("has the sections in their order", () => {
    const places = SECTION_NAMES.map((section) => HELP.indexOf(`\n${section}:\n`));
    assert.ok(places.every((place) => place > 0));
    assert.deepEqual(places, places.toSorted((a, b) => a - b));
  });

  it("shows defaults and shared variables", () => {
    assert.ok(FLAT.includes("[default: 127.0.0.1:8000] [env: TSGUNICORN_BIND, PORT]"));
    assert.ok(FLAT.includes("[default: 1] [env: TSGUNICORN_WORKERS, WEB_CONCURRENCY]"));
    assert.ok(FLAT.includes("[default: 127.0.0.1,::1] [env: TSGUNICORN_FORWARDED_ALLOW_IPS, FORWARDED_ALLOW_IPS]"));
    assert.ok(FLAT.includes("then PORT, WEB_CONCURRENCY and FORWARDED_ALLOW_IPS."));
  });

  it("tells a flag that may take the next word from one that may not", () => {
    assert.equal(renderFlags(declarationOf("proxy_protocol")), "--proxy-protocol [MODE]");
    assert.equal(renderFlags(declarationOf("print_config")), "--print-config[=FORM]");
  });

  for (const columns of [0, 60, 72, 100, 1000, NaN]) {
    it(`keeps to ${columns} columns, from 60 to 120`, () => {
      const width = Math.min(120, Math.max(60, columns || 0));
      for (const line of renderHelp(columns, PLAIN).split("\n")) {
        // The names of flags and variables are not broken.
        assert.ok(line.length <= width || /^ {2}-\S|^ *\[env: \S+$|^usage:/.test(line), `${columns}: ${line}`);
        assert.doesNotMatch(line, /\s$|\u00a0/);
      }
    });
  }

  it("names the commands, and what the exit statuses mean", () => {
    for (const name of SUBCOMMAND_NAMES) assert.ok(FLAT.includes(` ${name} ${SUBCOMMANDS[name].summary}`));
    for (const status of ["0", "1", "2", "3", "4", "128+N", "255"]) {
      assert.match(HELP, new RegExp(`\\n {2}${status.replace("+", "\\+")} {2,}\\S`));
    }
  });

  it("differs in colour only", () => {
    const coloured = renderHelp(100, paintFor({}, true));
    assert.notEqual(coloured, HELP);
    // deno-lint-ignore no-control-regex
    assert.equal(coloured.replaceAll(/\x1b\[\d+m/g, ""), HELP);
  });
});

describe("renderSectionHelp", () => {
  for (const section of SECTION_NAMES) {
    it(`has every setting of ${section}, also those without a flag`, () => {
      const text = renderSectionHelp(section, 100, PLAIN);
      for (const name of SETTING_NAMES.filter((each) => declarationOf(each).section === section)) {
        const setting = declarationOf(name);
        assert.ok(text.includes(`\n  ${setting.flags.length > 0 ? renderFlags(setting) : name}`), name);
      }
    });
  }
});

describe("renderSubcommandHelp", () => {
  for (const name of SUBCOMMAND_NAMES) {
    it(`says how to use ${name}, and how a module of that name is served`, () => {
      const text = renderSubcommandHelp(name, 100, PLAIN);
      assert.ok(text.startsWith(`${SUBCOMMANDS[name].usage}\n`));
      for (const { flag } of SUBCOMMANDS[name].flags) assert.ok(text.includes(`\n  ${flag} `));
      assert.ok(text.includes(`tsgunicorn ./${name}\n`));
    });
  }
});
