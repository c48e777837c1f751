/**
 * Setting `reload`. The arbiter watches, not each worker as in gunicorn, and a change does what HUP does: the old code serves until the new
 * one is ready, and goes on when that does not load.
 *
 * @module
 */
import { findModule } from "../app/find-module.ts";
import { parseTarget } from "../app/target.ts";
import type { Config } from "../config/config.ts";
import { type Logger, messageOf } from "../log/logger.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";
import { planFor, type WatchWish } from "./plan.ts";
import { describeFiles } from "./reload-line.ts";
import { Watcher } from "./watcher.ts";

export interface ReloaderParts {
  readonly adapter: Pick<RuntimeAdapter, "clock" | "files" | "modules" | "watch">;
  readonly log: Logger;
  /** `text`: the files, for a line of the log. */
  changed(text: string): void;
}

export class Reloader {
  readonly #parts: ReloaderParts;
  #watcher: Watcher | null = null;
  /** What the watcher was made for. */
  #wish = "";
  /** One after the other. */
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(parts: ReloaderParts) {
    this.#parts = parts;
  }

  /** Follows the settings. Resolves when changes are noticed; never rejects: a server without a watcher serves all the same. */
  use(config: Config): Promise<void> {
    this.#work = this.#work.then(() => this.#use(config)).catch((error: unknown) => {
      this.#wish = "";
      this.#parts.log.log("error", `${messageOf(error)}: changed files are not noticed`);
    });
    return this.#work;
  }

  close(): void {
    this.#isClosed = true;
    this.#watcher?.close();
    this.#watcher = null;
  }

  async #use(config: Config): Promise<void> {
    const { adapter, log, changed } = this.#parts;
    const engine = config.settings.reload ? config.settings.reload_engine : null;
    const wish = wishOf(adapter, config);
    const key = JSON.stringify([engine, wish]);
    if (this.#isClosed || key === this.#wish) return;
    this.#wish = key;
    const before = this.#watcher;
    this.#watcher = null;
    // Its knowledge is passed on, so that what changes meanwhile is not lost.
    before?.close();
    if (engine === null) return;
    if (before === null) log.log("warning", "Reloader is on. Use in development only!");
    const watcher = await Watcher.start({
      port: adapter.watch,
      clock: adapter.clock,
      plan: planFor(adapter.files, wish),
      engine,
      changed: (paths) => changed(describeFiles(paths, wish.directory)),
      warn: (text) => log.log("warning", text),
    }, before?.files);
    if (this.#isClosed) watcher.close();
    else this.#watcher = watcher;
  }
}

function wishOf(adapter: Pick<RuntimeAdapter, "files" | "modules">, { app, settings, file, otherFiles }: Config): WatchWish {
  const { chdir, accesslog, errorlog, pidfile } = settings;
  const written = [accesslog, errorlog, pidfile].filter((path) => path !== null);
  return {
    directory: chdir,
    appFolder: app === null ? null : appFolder(adapter, app, chdir),
    configFile: file,
    extra: [...otherFiles, ...settings.reload_extra_files],
    ignored: written.map((path) => adapter.files.absolute(path.startsWith("/") ? path : `${chdir}/${path}`)),
  };
}

/** Null for what is no file here: whether it is an error, the worker says. */
function appFolder(adapter: Pick<RuntimeAdapter, "files" | "modules">, app: string, directory: string): string | null {
  try {
    const url = findModule(adapter, parseTarget(app), directory);
    return url.startsWith("file:") ? adapter.files.fromUrl(url).replace(/\/[^/]*$/, "") || "/" : null;
  } catch {
    return null;
  }
}
