import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ArbiterProcess } from "../../../src/arbiter/arbiter-process.ts";
import { workerMake } from "../../../src/arbiter/worker-make.ts";
import { type Config, loadConfig } from "../../../src/config/load.ts";
import { fakeHost } from "../config/fake-host.ts";

const OWNER = { uid: 33, gid: 34 };

async function config(...flags: readonly string[]): Promise<Config> {
  return await loadConfig(fakeHost({ directories: ["/dev"] }).host, [...flags, "shop:app"]);
}

class Stage {
  readonly env: Record<string, string | undefined> = { HOME: "/root", TZ: "UTC" };
  readonly owners: string[] = [];
  readonly lines: string[] = [];
  readonly devices = new Set<string>();
  unopenable: string | null = null;
  title = "";
  readonly process: ArbiterProcess;

  constructor(suffix = "") {
    const host = {
      process: {
        env: { ...this.env },
        setVariables: (variables: Readonly<Record<string, string | undefined>>) => {
          for (const [name, value] of Object.entries(variables)) {
            if (value === undefined) delete this.env[name];
            else this.env[name] = value;
          }
        },
        setTitle: (title: string) => void (this.title = title),
      },
      files: {
        absolute: (path: string) => path,
        isFile: (path: string) => !this.devices.has(path),
        setOwner: (path: string, { uid, gid }: { uid: number; gid: number }) => void this.owners.push(`${path} ${uid}:${gid}`),
      },
      logs: {
        open: (path: string) => {
          if (path === this.unopenable) throw new Error(`Cannot open log file "${path}"`);
          return { close: () => {} };
        },
      },
    };
    const log = { log: (level: string, text: string) => void this.lines.push(`${level} ${text}`), isEnabled: () => true };
    this.process = new ArbiterProcess(host as never, log, suffix);
  }
}

describe("the arbiter's own process", () => {
  it("has the variables of its configuration, and after a reload exactly those of the new one", async () => {
    const stage = new Stage();
    stage.process.use(await config("-e", "A=1", "-e", "TZ=CET", "-e", "B=x=y"), null);
    assert.deepEqual(stage.env, { HOME: "/root", TZ: "CET", A: "1", B: "x=y" });
    stage.process.use(await config("-e", "A=2", "-e", "A=3"), null);
    assert.deepEqual(stage.env, { HOME: "/root", TZ: "UTC", A: "3" });
    stage.process.use(await config(), null);
    assert.deepEqual(stage.env, { HOME: "/root", TZ: "UTC" });
  });

  it("is called after the application, or as proc_name says, and .2 until it is promoted", async () => {
    const stage = new Stage(".2");
    stage.process.use(await config(), null);
    assert.equal(stage.title, "tsgunicorn: arbiter [shop:app.2]");
    stage.process.use(await config("-n", "till"), null);
    assert.equal(stage.title, "tsgunicorn: arbiter [till.2]");
    stage.process.promote();
    assert.equal(stage.title, "tsgunicorn: arbiter [till]");
  });

  it("gives the log files to the workers' user, each time that it is asked to", async () => {
    const stage = new Stage();
    stage.process.use(await config("--error-logfile=e.log", "--access-logfile=/a.log", "--chdir=/srv/app"), OWNER);
    const given = ["/srv/app/e.log 33:34", "/a.log 33:34"];
    assert.deepEqual(stage.owners, given);
    stage.process.giveLogs();
    assert.deepEqual(stage.owners, [...given, ...given]);
  });

  it("leaves logs alone that are the arbiter's user's, streams and devices", async () => {
    const stage = new Stage();
    stage.process.use(await config("--error-logfile=/e.log"), null);
    stage.devices.add("/dev/stdout");
    stage.process.use(await config("--error-logfile=-", "--access-logfile=/dev/stdout"), OWNER);
    assert.deepEqual(stage.owners, []);
  });

  it("goes on when a log cannot be given", async () => {
    const stage = new Stage();
    stage.unopenable = "/e.log";
    stage.process.use(await config("--error-logfile=/e.log", "--access-logfile=/a.log"), OWNER);
    assert.deepEqual(stage.lines, ['error Cannot open log file "/e.log"']);
    assert.deepEqual(stage.owners, ["/a.log 33:34"]);
  });
});

describe("the make of workers", () => {
  it("is their variables, without those of systemd for the arbiter, and their title", async () => {
    const { env, title } = workerMake(await config("-e", "A=", "-e", "B=a,b"));
    assert.equal(env["A"], "");
    assert.equal(env["B"], "a,b");
    assert.ok("NOTIFY_SOCKET" in env && env["NOTIFY_SOCKET"] === undefined);
    assert.equal(title, "tsgunicorn: worker [shop:app]");
    assert.equal(workerMake(await config("-n", "till")).title, "tsgunicorn: worker [till]");
  });
});
