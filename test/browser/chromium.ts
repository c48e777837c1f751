/**
 * Headless Chromium: where it is, its start, and that nothing of it outlives the test.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { isGate } from "../clients/programs.ts";
import { DevTools } from "./devtools.ts";
import { Page } from "./page.ts";

/** Any of them will do; the first is the smallest, and the one that {@link PACKAGE} brings. */
const NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
/** Of Debian, as `.ci/run` installs it. */
const PACKAGE = "chromium-headless-shell";
const START_LIMIT_MS = 30_000;

/**
 * Nothing but 127.0.0.1 can be reached, and nothing else is tried. No sandbox, for it cannot be made in most containers, nor by root;
 * the only pages are those of the test. (It still asks the kernel for its route to an IPv6 address, by a datagram socket that it sends nothing on.)
 */
const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--remote-debugging-port=0",
  "--remote-allow-origins=*",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
  "--no-proxy-server",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-domain-reliability",
  "--disable-extensions",
  "--disable-breakpad",
  "--disable-sync",
  "--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider,AutofillServerCommunication",
  "--metrics-recording-only",
  "--no-first-run",
  "--no-default-browser-check",
  "--no-pings",
  "--password-store=basic",
  "--use-mock-keychain",
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
  "--hide-scrollbars",
];

/**
 * A process group of its own, which is killed when this process closes the pipe, if only by its end, and when the browser ends.
 * The browser has children, and Debian starts it by a script.
 */
const GUARD = '{ "$0" "$@" < /dev/null; kill -KILL 0; } & cat > /dev/null; kill -KILL 0';

/** The path of a browser, or null. */
export function findChromium(path: string = process.env["PATH"] ?? ""): string | null {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file)) ?? null;
}

/** Says what to install. */
export function howToGetChromium(): string {
  return `Missing: ${NAMES.join(" or ")}; install with: apt-get install --no-install-recommends ${PACKAGE}`;
}

/** A suite that needs a browser. Without one it fails where `CI` is set; elsewhere one line on standard error says what is not tested. */
export function describeWithChromium(title: string, define: () => void): void {
  if (findChromium() !== null) describe(title, define);
  else if (isGate()) describe(title, () => it("needs a browser", () => assert.fail(howToGetChromium())));
  else process.stderr.write(`Not tested: ${title}. ${howToGetChromium()}\n`);
}

export class Chromium {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ended: Promise<void>;
  readonly #devTools: DevTools;

  private constructor(child: ChildProcess, ended: Promise<void>, folder: string, devTools: DevTools) {
    this.#child = child;
    this.#ended = ended;
    this.#folder = folder;
    this.#devTools = devTools;
  }

  /** Starts a browser with a profile of its own. Throws with what it printed where it does not start within 30 s. */
  static async start(): Promise<Chromium> {
    const path = findChromium();
    if (path === null) throw new Error(howToGetChromium());
    const folder = mkdtempSync(join(tmpdir(), "tsgunicorn-browser-"));
    const child = spawn("sh", ["-c", GUARD, path, ...FLAGS, `--user-data-dir=${folder}/profile`, "about:blank"], {
      detached: true,
      stdio: ["pipe", "ignore", "pipe"],
      // It writes caches and certificates to the home folder.
      env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder },
    });
    const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
    try {
      return new Chromium(child, ended, folder, await DevTools.connect(await announcedUrl(child)));
    } catch (error) {
      await end(child, ended, folder);
      throw error;
    }
  }

  /** What it calls itself. */
  async version(): Promise<string> {
    const { product } = await this.#devTools.send("Browser.getVersion");
    return String(product);
  }

  /** A tab with the page at `url`, loaded; `cookies` and cache are those of all tabs. */
  async open(url: string): Promise<Page> {
    return await Page.open(this.#devTools, url);
  }

  /** Ends it with all of its processes, and removes its profile. */
  async stop(): Promise<void> {
    this.#devTools.close();
    await end(this.#child, this.#ended, this.#folder);
  }
}

/** The pipe that ends also lets go of the last process that holds standard error. */
async function end(child: ChildProcess, ended: Promise<void>, folder: string): Promise<void> {
  child.stdin?.end();
  await ended;
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}

/** Where its DevTools listen: it says so on standard error. */
function announcedUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const fail = (why: string): void => {
      clearTimeout(limit);
      reject(new Error(`The browser ${why}:\n${text}`));
    };
    const limit = setTimeout(() => fail(`does not say where its DevTools listen (${START_LIMIT_MS} ms)`), START_LIMIT_MS);
    child.on("error", (error) => fail(`cannot be started (${error.message})`));
    child.on("close", () => fail("ended at once"));
    // Read on, or the pipe fills and the browser stands still.
    child.stderr?.on("data", (chunk: Uint8Array) => {
      if (text.length < 100_000) text += String(chunk);
      const url = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
      if (url === undefined) return;
      clearTimeout(limit);
      resolve(url);
    });
  });
}
