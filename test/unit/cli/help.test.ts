import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderFlags, renderHelp } from "../../../src/cli/help.ts";
import { SECTION_NAMES } from "../../../src/config/setting.ts";
import { declarationOf, SETTING_NAMES } from "../../../src/config/settings.ts";

const HELP = renderHelp(100, false);
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

  for (const columns of [0, 40, 72, 100, 1000, NaN]) {
    it(`keeps to ${columns} columns, from 40 to 120`, () => {
      const width = Math.min(120, Math.max(40, columns || 0));
      for (const line of renderHelp(columns, false).split("\n")) {
        // The names of flags and variables are not broken.
        assert.ok(line.length <= width || /^ {2}-\S|^ *\[env: \S+$|^usage:/.test(line), `${columns}: ${line}`);
        assert.doesNotMatch(line, /\s$|\u00a0/);
      }
    });
  }

  it("differs in colour only", () => {
    const coloured = renderHelp(100, true);
    assert.notEqual(coloured, HELP);
    // deno-lint-ignore no-control-regex
    assert.equal(coloured.replaceAll(/\x1b\[\d+m/g, ""), HELP);
  });
});
