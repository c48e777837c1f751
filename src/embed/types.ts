/** @module What a program that starts a server sees of it. */
import type { UserSettings } from "../config/user-config.ts";
import type { Environment } from "../config/host.ts";
import type { WorkerHookName } from "../hooks/names.ts";
import type { WorkerInfo } from "../hooks/types.ts";

/** What makes no sense inside a program, or cannot reach the workers. */
type RefusedName = WorkerHookName | "daemon" | "pre_exec";

/**
 * Settings as in a config file, and the hooks that the arbiter calls, which run in the program itself. Hooks that workers call have to be in
 * a config file ({@link ServeOptions.config}): functions cannot be carried to other processes.
 */
export type ServeSettings = Omit<UserSettings, RefusedName> & {
  /** `MODULE` or `MODULE:NAME`; a path, seen from `chdir`, a `file:` URL or a package. Another name of `wsgi_app`. */
  readonly app?: string | undefined;
};

/** How a server is started. */
export interface ServeOptions {
  /** A config file, as `--config` takes it; it gives way to the settings of the call. None is looked for without it. */
  readonly config?: string | undefined;
  /**
   * Where variables such as `PORT` and `TSGUNICORN_WORKERS`, and those of systemd, are read from: `process.env`, as the command line does. Without it
   * no variable is a setting. They give way to everything else; `TSGUNICORN_CMD_ARGS` to the settings of the call only.
   */
  readonly env?: Environment | undefined;
  /**
   * Whether signals to this process are for the server, as on the command line: TERM, INT, QUIT, HUP, TTIN, TTOU, USR1. Without it no handler
   * is installed.
   */
  readonly signals?: boolean | undefined;
  /** Stops the server gracefully; before it serves, `serve` rejects with the signal's reason when nothing is left of it. */
  readonly signal?: AbortSignal | undefined;
}

/** How a server is stopped. */
export interface StopOptions {
  /** False: requests that are not answered yet are not waited for (QUIT). Default: true (TERM). */
  readonly graceful?: boolean | undefined;
}

/** A server inside this program. Properties have the values of the moment when they are read. */
export interface Server {
  /** What is listened on, such as `http://127.0.0.1:8000` and `unix:/run/app.sock`, with the ports that the system chose. */
  readonly addresses: readonly string[];
  /** Of this process: its arbiter is here. */
  readonly pid: number;
  /** Oldest first: also those that boot, and those that leave. */
  readonly workers: readonly WorkerInfo[];
  /** The exit status that `tsgunicorn` would have ended with, when all workers have ended and the addresses are free. Never rejects. */
  readonly finished: Promise<number>;
  /**
   * New workers, with the application and the config file as they are now, and with settings that differ from those so far; `undefined` takes
   * one back. The old workers serve until all of the new ones do; then it resolves, and the old ones leave, of whom one may have taken another
   * connection meanwhile. Rejects when it does not come about, and nothing has changed then.
   */
  reload(settings?: ServeSettings): Promise<void>;
  /** Another number of workers, without new ones for all; a later reload keeps it. Resolves when that many serve. */
  resize(workers: number): Promise<void>;
  /** Resolves as {@link finished} does. Calling it again is harmless, and with `graceful: false` hurries. */
  stop(options?: StopOptions): Promise<number>;
  /** For `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
