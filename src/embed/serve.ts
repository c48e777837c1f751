/**
 * Starts an arbiter inside a program (gunicorn's `BaseApplication`). Workers are processes of their own, as ever.
 *
 * @module
 */
import { runArbiter } from "../arbiter/run.ts";
import type { HookSet } from "../hooks/hook-set.ts";
import type { Config } from "../config/config.ts";
import { messageOf } from "../log/logger.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";
import { createGuestProcess } from "./guest-process.ts";
import { GuestServer } from "./guest-server.ts";
import { ServeError } from "./serve-error.ts";
import { SettingsReader } from "./settings-reader.ts";
import type { ServeOptions, Server, ServeSettings } from "./types.ts";
import { isStaffed, NotReachedError, StateWatch } from "./watch-state.ts";

/** What the arbiter says last when a start failed, whatever the reason. */
const CLOSING_LINE = /^(?:Shutting down|Reason): /;

/** Resolves when the workers serve. See the function of this name that the package exports. */
export async function startServer(real: RuntimeAdapter, settings: ServeSettings, options: ServeOptions): Promise<Server> {
  options.signal?.throwIfAborted();
  const guest = createGuestProcess(real.process, options.env ?? {});
  const adapter: RuntimeAdapter = { ...real, process: guest.port, handover: null, launcher: null };
  const reader = new SettingsReader(adapter, options);
  const config = await reader.read(settings);
  options.signal?.throwIfAborted();
  const watch = new StateWatch();
  const server = new GuestServer({ guest, reader, watch, settings }, (reread) =>
    runArbiter(adapter, config, {
      argv: [],
      hooks: { first: hooksOf(config), load: async (now) => hooksOf(now) },
      observer: watch,
      reread,
    }));
  if (options.signals === true) guest.hearSystem();
  const stop = (): void => void server.stop();
  options.signal?.addEventListener("abort", stop, { once: true });
  void server.finished.catch(() => {}).then(() => options.signal?.removeEventListener("abort", stop));
  try {
    await watch.until(isStaffed);
  } catch (error) {
    const exitCode = await server.finished;
    options.signal?.throwIfAborted();
    throw new ServeError(exitCode, reasonOf(error, watch, exitCode));
  }
  return server;
}

function hooksOf(config: Config): HookSet {
  return { hooks: config.hooks, config: config.settings, limitMs: config.settings.hook_timeout * 1000 };
}

function reasonOf(error: unknown, watch: StateWatch, exitCode: number): string {
  if (exitCode === 0) return "The server was stopped before it served";
  const lines = error instanceof NotReachedError ? error.logged.filter((line) => !CLOSING_LINE.test(line)) : [];
  const logged = lines.length > 0 ? lines.join("\n") : messageOf(error);
  return `The server did not start: ${watch.bootError ?? logged}`;
}
