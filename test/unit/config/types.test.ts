import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Settings } from "../../../src/config/settings.ts";
import { defineConfig, type UserConfig } from "../../../src/mod.ts";

/** Checked by tsc: each directive must have an error to expect. */
const WRONG: readonly UserConfig[] = [
  // @ts-expect-error A number is wanted.
  { workers: "4" },
  // @ts-expect-error The only word is auto.
  { workers: "max" },
  // @ts-expect-error Text or seconds.
  { timeout: true },
  // @ts-expect-error An unknown name.
  { wrokers: 4 },
  // @ts-expect-error An unknown level.
  { loglevel: "verbose" },
  // @ts-expect-error Only for the command line.
  { print_config: "json" },
  // @ts-expect-error An unknown mode.
  { proxy_protocol: "v3" },
  // @ts-expect-error Values are text.
  { secure_scheme_headers: { "X-Https": [1] } },
  // @ts-expect-error A hook is a function.
  { on_exit: "module:hook" },
  // @ts-expect-error A hook gets the server, and no more.
  { on_exit: (server: object, more: number) => void [server, more] },
  // @ts-expect-error There is no such thing in a server.
  { on_reload: (server) => server.nothing },
  // @ts-expect-error A function must return settings.
  () => ({ workers: "4" }),
];

describe("defineConfig", () => {
  it("returns its argument", () => {
    const config = {
      workers: 4,
      bind: [":80"] as const,
      umask: "0022",
      timeout: "1m30s",
      keepalive: 0.5,
      limit_request_body: "10mb",
      accesslog: null,
      pidfile: undefined,
      proxy_protocol: true,
      forwarded_allow_ips: "10.0.0.0/8,::1",
      secure_scheme_headers: { "X-Https": "1", "X-Scheme": ["https", "wss"] as const },
      server_header: false,
      nworkers_changed(server, newValue, oldValue): void {
        server.log("info", `${server.pid satisfies number}: ${oldValue ?? 0} to ${newValue}`);
      },
      async post_request(worker, request, { status, durationMs }): Promise<void> {
        await Promise.resolve([worker.age, request.header("host"), status, durationMs]);
      },
    } satisfies UserConfig;
    assert.equal(defineConfig(config), config);
    const made = ({ env }: { env: Readonly<Record<string, string | undefined>> }) => ({ wsgi_app: env["APP"] });
    assert.equal(defineConfig(made), made);
    const counted = { workers: "auto" } satisfies UserConfig;
    assert.equal(defineConfig(counted), counted);
    assert.equal(WRONG.length, 12);
  });

  it("has types that are not any", () => {
    const take = (settings: Pick<Settings, "workers" | "bind" | "loglevel" | "secure_scheme_headers">): unknown[] => [
      settings.workers satisfies number,
      settings.bind satisfies readonly string[],
      settings.loglevel satisfies "debug" | "info" | "warning" | "error" | "critical",
      settings.secure_scheme_headers satisfies Readonly<Record<string, readonly string[]>>,
      // @ts-expect-error Not text.
      settings.workers satisfies string,
    ];
    assert.deepEqual(take({ workers: 1, bind: [], loglevel: "info", secure_scheme_headers: {} }), [1, [], "info", {}, 1]);
  });
});
