import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "../../../src/config/errors.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { parseConfig, renderConfig } from "../../../src/config/render.ts";
import { SETTING_NAMES } from "../../../src/config/settings.ts";
import { CWD, fakeHost } from "./fake-host.ts";

const ARGV = ["-m", "0022", "-b", "unix:a.sock", "-b", "[::1]:0", "--print-config", "app:x"];

describe("renderConfig", () => {
  it("has a line per setting, sorted, with where the value comes from", async () => {
    const text = renderConfig(await loadConfig(fakeHost({ env: { WEB_CONCURRENCY: "2" } }).host, ARGV), "text");
    const lines = text.trimEnd().split("\n");
    assert.deepEqual(lines.map((line) => line.split(" ")[0]), [...SETTING_NAMES].sort());
    for (const line of lines) assert.match(line, /^[a-z_]+ +=  ?\S.* {2}# \S|^[a-z_]+ += \S.* {2}# \S/);
    const squeezed = lines.map((line) => line.replaceAll(/ +/g, " "));
    assert.ok(squeezed.includes("umask = 0o22 # --umask"));
    assert.ok(squeezed.includes("workers = 2 # WEB_CONCURRENCY"));
    assert.ok(squeezed.includes('bind = ["unix:a.sock","[::1]:0"] # --bind'));
    assert.ok(squeezed.includes('wsgi_app = "app:x" # APP_MODULE'));
    assert.ok(squeezed.includes("pidfile = null # default"));
  });

  it("shows lists and tables as they are used, and reads them back", async () => {
    const path = `${CWD}/tsgunicorn.config.ts`;
    const values = {
      secure_scheme_headers: { "X-Https": "1" },
      forwarded_allow_ips: "10.0.0.0/8, *",
      server_header: false,
      proxy_protocol: 1,
    };
    const { host, importModule } = fakeHost({ modules: { [path]: { default: values } } });
    const config = await loadConfig(host, ["app"], importModule);
    const lines = renderConfig(config, "text").split("\n").map((line) => line.replaceAll(/ +/g, " "));
    assert.ok(lines.includes(`secure_scheme_headers = {"X-Https":["1"]} # ${path}`));
    assert.ok(lines.includes(`forwarded_allow_ips = ["10.0.0.0/8","*"] # ${path}`));
    assert.ok(lines.includes(`server_header = null # ${path}`));
    assert.ok(lines.includes(`proxy_protocol = "auto" # ${path}`));
    assert.deepEqual(parseConfig(renderConfig(config, "json")), config);
  });

  it("gives a long list a line for each entry, and says once where it comes from", async () => {
    const nets = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"];
    const text = renderConfig(await loadConfig(fakeHost().host, [`--forwarded-allow-ips=${nets.join(",")}`]), "text");
    const lines = text.split("\n");
    const start = lines.findIndex((line) => line.startsWith("forwarded_allow_ips "));
    const shown = lines.slice(start, start + 6).map((line) => line.trim().replaceAll(/ +/g, " "));
    assert.deepEqual(shown, [
      "forwarded_allow_ips = [ # --forwarded-allow-ips",
      ...nets.map((net) => `"${net}",`),
      "]",
    ]);
    assert.equal(lines[start + 1]?.indexOf('"'), (lines[start]?.indexOf("[") ?? 0) + 2);
  });

  it("keeps secrets from people, and gives them to programs", async () => {
    const secrets = ["API_KEY=abc", "DATABASE_URL=postgres://me:abc@db/x", "AUTH_TOKEN=abc=", "DB_PASSWORD=abc"];
    const argv = [...secrets, "MODE=abc-not-secret"].flatMap((entry) => ["--env", entry]);
    const files = { [`${CWD}/.env`]: "HIDDEN=abc\n" };
    const config = await loadConfig(fakeHost({ files }).host, ["--env-file", ".env", ...argv]);
    const text = renderConfig(config, "text");
    assert.equal(text.replaceAll("abc-not-secret", "").includes("abc"), false, text);
    for (const part of ["API_KEY=***", "postgres://me:***@db/x", "AUTH_TOKEN=***", "MODE=abc-not-secret"]) {
      assert.ok(text.includes(part), part);
    }
    const again = parseConfig(renderConfig(config, "json"));
    assert.deepEqual(again.settings.raw_env, config.settings.raw_env);
    assert.deepEqual(again.variables, { HIDDEN: "abc" });
  });

  it("as JSON has the value and the origin of each setting, for other programs", async () => {
    const printed = JSON.parse(renderConfig(await loadConfig(fakeHost({ env: { WEB_CONCURRENCY: "2" } }).host, ARGV), "json"));
    assert.deepEqual(Object.keys(printed), ["file", "otherFiles", "variables", "settings"]);
    assert.deepEqual(Object.keys(printed.settings), [...SETTING_NAMES]);
    assert.deepEqual(printed.settings.workers, { value: 2, origin: "WEB_CONCURRENCY" });
    assert.deepEqual(printed.settings.umask, { value: 0o22, origin: "--umask" });
  });

  it("as JSON is read back as the same configuration", async () => {
    const config = await loadConfig(fakeHost().host, ARGV);
    assert.deepEqual(parseConfig(renderConfig(config, "json")), config);
    const json = renderConfig(config, "json");
    for (
      const text of [`hello from the config file\n${json}`, `no newline${json}`, `${json}bye\n{}\n`, `{"a":1}\n${json}bye`]
    ) assert.deepEqual(parseConfig(text), config);
  });
});

describe("parseConfig refuses", () => {
  for (
    const text of [
      "",
      "Error: no",
      "null",
      "{}",
      '{"file":null,"otherFiles":[],"variables":{},"settings":{}}',
      '{"file":null,"otherFiles":[],"variables":{},"settings":{"workers":3}}',
      '{"settings":null,"variables":null,"file":null}',
    ]
  ) {
    it(JSON.stringify(text), () => assert.throws(() => parseConfig(text), ConfigError));
  }

  it("what a config file cut off, and says where to look", () => {
    assert.throws(() => parseConfig("hello\n"), /the printed configuration is missing; look for what ends the process early/);
  });
});
