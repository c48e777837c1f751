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

  it("as JSON is read back as the same configuration", async () => {
    const config = await loadConfig(fakeHost().host, ARGV);
    assert.deepEqual(parseConfig(renderConfig(config, "json")), config);
    assert.deepEqual(parseConfig(`hello from the config file\n${renderConfig(config, "json")}`), config);
  });
});

describe("parseConfig refuses", () => {
  for (
    const text of [
      "",
      "Error: no",
      "null",
      "{}",
      '{"file":null,"settings":{},"origin":{}}',
      '{"settings":null,"origin":null,"file":null}',
    ]
  ) {
    it(JSON.stringify(text), () => assert.throws(() => parseConfig(text), ConfigError));
  }
});
