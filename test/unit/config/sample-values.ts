/** Good and bad values of every setting, for each source: from the declarations where they say enough. */
import assert from "node:assert/strict";
import { AUTO_WORKERS } from "../../../src/config/auto-workers.ts";
import { declarationOf, type SettingName } from "../../../src/config/settings.ts";
import { schemasOf } from "../../../src/config/schemas.ts";

/** Units of durations in seconds, of sizes in bytes. */
const UNITS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  b: 1,
  kb: 1024,
  mb: 1_048_576,
  gb: 1_073_741_824,
};

export function boundsOf(setting: SettingName): { readonly minimum: number; readonly maximum: number } {
  const { minimum, maximum } = schemasOf(setting).resolved as unknown as { minimum: number; maximum: number };
  return { minimum, maximum };
}

/** Lists that go beyond examples, by setting; kinds say the rest. */
const GOOD: Partial<Record<SettingName, readonly unknown[]>> = {
  bind: [[":0", ":0"], "localhost"],
  forwarded_allow_ips: ["*", "10.0.0.1 , fd00::/8,", ["::ffff:10.0.0.1", "*"], ["0.0.0.0/0"]],
  proxy_allow_ips: ["::/0", ["192.0.2.7/32"]],
  forwarder_headers: ["*", "a_b, C_D", ["x-y"]],
  runtime: ["./bun", "/opt/deno/bin/deno", "~/node"],
  raw_env: ["A=1", "A=", "A==b c", ["A=1", "B=x y", "A=2"], "Ä.b=1"],
  user: ["0", "4294967294"],
  group: ["www-data"],
  server_header: ["a", "tsgunicorn/0.1.0", "a/1 (b c; d) e/2", "x".repeat(256)],
  secure_scheme_headers: [{}, { "X-A": "on", "x-b": ["a", "B=1"] }],
  reload_extra_files: ["views/*", [], ["a?c", "[ab]/**"]],
};

const BAD: Partial<Record<SettingName, readonly unknown[]>> = {
  bind: ["8000", ["ok:1", ""], [":1", ":1"], "a:b:c", ":65536", Array.from({ length: 65 }, (_, port) => `:${port + 1}`)],
  env_file: [
    "nowhere.env",
    "/site/run",
    ["deploy/production.env", ""],
    Array.from({ length: 21 }, () => "deploy/production.env"),
  ],
  forwarded_allow_ips: [
    "10.0.0.1/8",
    "localhost",
    "10.0.0.0/33",
    "10.0.0.0/",
    "::1/129",
    "[::1]",
    "fe80::1%eth0",
    "10.0.0.1:80",
    "none, 10.0.0.1",
    ["::1", "10.1"],
    "x".repeat(65),
    Array.from({ length: 1025 }, () => "::1"),
  ],
  proxy_allow_ips: ["fd00::1/8", "**", ["127.0.0.1", "::g"]],
  runtime: ["nodejs", "bunn", "deno2", "python3", `/${"x".repeat(4097)}`],
  forwarder_headers: ["X Y", "a:b", "ä", "x".repeat(257), Array.from({ length: 101 }, (_, index) => `x_${index}`)],
  raw_env: [
    "A",
    "=b",
    " =b",
    "a b=c",
    ["A=1", "B"],
    "_TSGUNICORN_UPGRADE={}",
    "A=\0",
    `A=${"x".repeat(40_000)}`,
    Array.from({ length: 1001 }, () => "A=b"),
  ],
  server_header: ["a  b", "(x)", "a (b", "a (b) c)", "/1", "a/", "é", "a\tb", "a\r\nb: c", "a\u007f", "x".repeat(257)],
  reload_extra_files: ["nowhere.html", ["views/*", ""], ["x".repeat(4097)], Array.from({ length: 1025 }, () => "*")],
};

/** What a config file alone can say wrong. */
const BAD_INPUT: Partial<Record<SettingName, readonly unknown[]>> = {
  bind: [8000, "", [], [1], { a: 1 }, null],
  raw_env: [5, "", [1], { A: "1" }, null],
  user: [-1, 4_294_967_295, 1.5, "", {}, ["nobody"], true],
  group: [-1, 4_294_967_295, 1.5, "", {}, ["nobody"], true],
  server_header: [true, 5, "", {}, ["a"]],
  secure_scheme_headers: [
    null,
    "https",
    ["X-A"],
    5,
    { "a b": "x" },
    { "": "x" },
    { "X-A": [] },
    { "X-A": "" },
    { "X-A": "a,b" },
    { "X-A": "a b" },
    { "X-A": 5 },
    { "X-A": [5] },
    { "X-A": true },
    { "X-A": "x".repeat(65) },
    { "X-A": Array.from({ length: 17 }, () => "x") },
    { "X-A": "on", "x-a": "on" },
    Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`x-${index}`, "on"])),
  ],
  reload_extra_files: [5, "", [1], { a: "*" }, null],
};

/** What an enumeration allows; empty for other settings. */
function choicesOf(setting: SettingName): readonly string[] {
  const schema = JSON.parse(JSON.stringify(schemasOf(setting).resolved));
  const found: unknown = schema.enum ?? schema.anyOf?.[0]?.enum ?? [];
  assert.ok(Array.isArray(found));
  return found;
}

/** Also with the words of the setting, in any case. */
export function goodValues(setting: SettingName): readonly unknown[] {
  const { kind, example, words = {} } = declarationOf(setting);
  const more = [...Object.keys(words).flatMap((word) => [word, word.toUpperCase()]), ...(GOOD[setting] ?? [])];
  switch (kind) {
    case "integer":
    case "mask":
      return [example, boundsOf(setting).minimum, boundsOf(setting).maximum, "0x10", ...more];
    case "duration":
      return [example, boundsOf(setting).minimum, boundsOf(setting).maximum, 2.5, "2s", "90s", "1500ms", "1.5m", ...more];
    case "size":
      return [example, boundsOf(setting).minimum, boundsOf(setting).maximum, "2kb", "2 KB", ...more];
    case "boolean":
      return [true, false, "true", "False", "yes", "no", "On", "off", "1", "0"];
    case "hook":
      return [() => {}, async () => {}, (..._all: unknown[]) => {}];
    case "list":
    case "table":
    case "text":
    case "mode":
      return [...(choicesOf(setting).length > 0 ? choicesOf(setting) : [example]), ...more];
    case "csv":
      return [example, [], null, ...more];
  }
}

/** What no source may give. */
export function badTexts(setting: SettingName): readonly unknown[] {
  const choices = choicesOf(setting);
  switch (declarationOf(setting).kind) {
    case "integer":
    case "mask":
      return [boundsOf(setting).minimum - 1, boundsOf(setting).maximum + 1, 1.5, "1.5", "abc", "1e1", "0888", "5s", "1kb", true];
    case "duration":
      return [
        boundsOf(setting).minimum - 1,
        boundsOf(setting).maximum + 1,
        1.0005,
        "500d",
        "5min",
        "1h30",
        "010",
        "-5s",
        "1e1",
        "abc",
        true,
      ];
    case "size":
      return [
        boundsOf(setting).minimum - 1,
        boundsOf(setting).maximum + 1,
        1024.5,
        "1.5b",
        "2048tb",
        "5s",
        "02048",
        "-1kb",
        "abc",
        true,
      ];
    case "boolean":
      return ["y", 2, "truthy"];
    case "hook":
      return [];
    case "text":
    case "mode":
      if (choices.length > 0) return ["xml", 10, `${choices[0]}x`, choices.join(",")];
      return BAD[setting] ?? [`/${"x".repeat(4097)}`];
    case "list":
    case "csv":
    case "table": {
      const values = BAD[setting] ?? [];
      // A table cannot be said in text.
      assert.ok(values.length > 0 || declarationOf(setting).kind === "table", `no bad values for ${setting}`);
      return values;
    }
  }
}

/** What is wrong in a config file too, where values have types. */
export function badValues(setting: SettingName): readonly unknown[] {
  if (declarationOf(setting).places === "outside") return [];
  switch (declarationOf(setting).kind) {
    case "integer":
    case "duration":
    case "size":
      return [...badTexts(setting), [1], {}, null, NaN, Infinity, "Infinity", "NaN", ""];
    case "mask":
      return [...badTexts(setting), [1], {}, null, ""];
    case "boolean":
      return [...badTexts(setting), 0, 1, null, ""];
    case "hook":
      return [true, false, "app:hook", 5, null, [() => {}], class {}, (_a: 1, _b: 2, _c: 3, _d: 4) => {}];
    case "csv":
      return [...badTexts(setting), 5, true, {}, [5], [""], [null]];
    case "text":
      return [...badTexts(setting), ...(BAD_INPUT[setting] ?? [5, "", {}, ["-"], () => "-"])];
    case "mode":
      return [...badTexts(setting), {}, [], 2, "", () => "text"];
    case "list":
    case "table": {
      const values = BAD_INPUT[setting] ?? [];
      assert.ok(values.length > 0, `no bad values for ${setting}`);
      return [...badTexts(setting), ...values];
    }
  }
}

export function expected(setting: SettingName, value: unknown): unknown {
  const { kind, words = {} } = declarationOf(setting);
  const word = typeof value === "object" ? "" : String(value).toLowerCase();
  // No files tell of processors where the tests take place.
  if (setting === "workers" && word === AUTO_WORKERS) return 1;
  if (Object.hasOwn(words, word)) return words[word];
  if (kind === "hook") return true;
  if (kind === "boolean" && typeof value === "string") return ["true", "yes", "on", "1"].includes(word);
  if ((kind === "mask" || kind === "integer") && word.startsWith("0x")) return Number(word);
  if (kind === "mask" && typeof value === "string") return Number.parseInt(value, 8);
  if ((kind === "duration" || kind === "size") && typeof value === "string") {
    return [...word.matchAll(/([0-9.]+) ?([a-z]+)/g)].reduce(
      (sum, [, number, unit = ""]) => sum + Number(number) * UNITS[unit]!,
      0,
    );
  }
  if (kind === "list" && typeof value === "string") return [value];
  if (kind === "csv" && value === null) return [];
  if (kind === "csv" && typeof value === "string") {
    return value.split(",").filter((item) => item !== "").map((item) => item.trim());
  }
  if (kind === "table") return Object.fromEntries(Object.entries(value ?? {}).map(([name, item]) => [name, [item].flat()]));
  return value;
}
