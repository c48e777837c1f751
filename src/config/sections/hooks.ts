/** @module Functions of the config file that the server calls. What they are called with: `src/hooks/types.ts`. */
import type { TBoolean } from "typebox";
import { declare, duration } from "../declare.ts";
import type { Duration, DurationInput } from "../durations.ts";
import type { Setting } from "../setting.ts";

/** A hook that takes longer has been forgotten by whoever wrote it. */
const HOOK_TIMEOUT_MAX_S = 3600;

/** Settings of the section "Server Hooks". A resolved value says whether the hook is set: functions do not leave their process. */
export interface HooksSection {
  /** Called in the arbiter at its start, before the sockets are made. */
  readonly on_starting: Setting<TBoolean>;
  /** Called in the arbiter at a reload (HUP), when the new settings are read. */
  readonly on_reload: Setting<TBoolean>;
  /** Called in the arbiter when it listens, before the first worker is started. */
  readonly when_ready: Setting<TBoolean>;
  /** Called in the arbiter before the process of a worker is started. */
  readonly pre_fork: Setting<TBoolean>;
  /** Called in a new worker, before the application is loaded. */
  readonly post_fork: Setting<TBoolean>;
  /** Called in a worker when the application is loaded, before it accepts connections. */
  readonly post_worker_init: Setting<TBoolean>;
  /** Called in a worker that is told to end at once (INT, QUIT). */
  readonly worker_int: Setting<TBoolean>;
  /** Called in a worker that is aborted (ABRT), if its event loop still turns. */
  readonly worker_abort: Setting<TBoolean>;
  /** Called in the arbiter at an upgrade (USR2), before the new arbiter is started. */
  readonly pre_exec: Setting<TBoolean>;
  /** Called in a worker before a request reaches the application. */
  readonly pre_request: Setting<TBoolean>;
  /** Called in a worker after each request that reached `pre_request`, whatever became of it. */
  readonly post_request: Setting<TBoolean>;
  /** Called in the arbiter when a worker has ended and was reaped. */
  readonly child_exit: Setting<TBoolean>;
  /** Called in a worker as the last thing before it ends. */
  readonly worker_exit: Setting<TBoolean>;
  /** Called in the arbiter when the number of wanted workers is set. */
  readonly nworkers_changed: Setting<TBoolean>;
  /** Called in the arbiter as the last thing before it ends. */
  readonly on_exit: Setting<TBoolean>;
  /** Seconds that a server hook may take until it is given up. */
  readonly hook_timeout: Setting<Duration, DurationInput>;
}

function hook(texts: Pick<Setting, "description" | "details"> & Partial<Pick<Setting, "difference">>): Setting<TBoolean> {
  return declare<TBoolean>({
    section: "Server Hooks",
    kind: "hook",
    schema: (type) => type.Boolean(),
    default: false,
    places: "file",
    flags: [],
    example: true,
    since: "0.1.0",
    ...texts,
  });
}

/** The declarations, in the order of gunicorn's reference. */
export const hooks: HooksSection = {
  on_starting: hook({
    description: "Called in the arbiter at its start, before the sockets are made.",
    details:
      "With `(server)`. The start waits for a promise, and for `hook_timeout` at most. A hook that throws ends the start with exit status 1.",
  }),
  on_reload: hook({
    description: "Called in the arbiter at a reload (HUP), when the new settings are read.",
    details:
      "With `(server)`, whose `config` is the new one; the new workers are started next, the old ones still serve. A promise is not waited for. It is the hook of the new config file: all hooks are those of the changed file from here on. Workers are new processes and import everything anew; the arbiter imports the config file itself anew, but what that file imports stays as it was until a restart.",
    difference: "When the reload fails later, because the new workers cannot boot, the old settings count again.",
  }),
  when_ready: hook({
    description: "Called in the arbiter when it listens, before the first worker is started.",
    details:
      "With `(server)`. The start waits for a promise, and for `hook_timeout` at most. A hook that throws ends the start with exit status 1.",
  }),
  pre_fork: hook({
    description: "Called in the arbiter before the process of a worker is started.",
    details: "With `(server, worker)`; `worker.pid` is null. A promise is not waited for.",
    difference: "Processes are started, not forked: nothing that the hook does in the memory of the arbiter reaches the worker.",
  }),
  post_fork: hook({
    description: "Called in a new worker, before the application is loaded.",
    details:
      "With `(server, worker)`. The boot waits for a promise. A hook that throws, or takes longer than `hook_timeout`, fails the boot of the worker.",
    difference: "`server` has `pid`, `address`, `config` and `log` only, for the worker shares no memory with the arbiter.",
  }),
  post_worker_init: hook({
    description: "Called in a worker when the application is loaded, before it accepts connections.",
    details:
      "With `(worker)`. The boot waits for a promise. A hook that throws, or takes longer than `hook_timeout`, fails the boot of the worker.",
  }),
  worker_int: hook({
    description: "Called in a worker that is told to end at once (INT, QUIT).",
    details: "With `(worker)`. A promise is waited for, but for no longer than 800 ms: then the worker ends.",
  }),
  worker_abort: hook({
    description: "Called in a worker that is aborted (ABRT), if its event loop still turns.",
    details:
      "With `(worker)`. A promise is waited for, but for no longer than 500 ms: then the worker ends, with exit status 1. The usual reason for an abort is a blocked event loop, and then nothing can be called in the worker: it is killed a second later. The log of the arbiter says `WORKER TIMEOUT` in any case, and `child_exit` is called.",
    difference: "Python can interrupt code that blocks, JavaScript cannot.",
  }),
  pre_exec: hook({
    description: "Called in the arbiter at an upgrade (USR2), before the new arbiter is started.",
    details: "With `(server)`. A promise is not waited for.",
    difference: "It runs in the arbiter itself, not in a fork of it.",
  }),
  pre_request: hook({
    description: "Called in a worker before a request reaches the application.",
    details:
      "With `(worker, request)`. A promise is waited for. When it throws, or takes longer than `hook_timeout`, the answer is 500 and the application never sees the request. Requests that cannot be parsed do not reach it either. Where neither it nor `post_request` is set, requests cost nothing more.",
    difference: "The default does nothing; gunicorn's writes a debug line.",
  }),
  post_request: hook({
    description: "Called in a worker after each request that reached `pre_request`, whatever became of it.",
    details:
      "With `(worker, request, response)`: `response` has `status`, `bodyBytes` and `durationMs`. The answer is not delayed by it. A worker that drains waits for its promise.",
    difference: "There is no `environ`; `response` takes its place, and is there in any case.",
  }),
  child_exit: hook({
    description: "Called in the arbiter when a worker has ended and was reaped.",
    details: "With `(server, worker)`; `worker` has `exitCode` and `signal`. A promise is not waited for.",
    difference: "It is called for the exit statuses 3 and 4 too.",
  }),
  worker_exit: hook({
    description: "Called in a worker as the last thing before it ends.",
    details:
      "With `(server, worker)`. A promise is waited for: for what is left of `graceful_timeout` after a drain, 400 ms otherwise. Where the application ends the process itself (`process.exit`), the hook is called and its promise is lost.",
    difference: "It is never called in the arbiter.",
  }),
  nworkers_changed: hook({
    description: "Called in the arbiter when the number of wanted workers is set.",
    details:
      "With `(server, newValue, oldValue)`: at the start with null as `oldValue`, at every reload (HUP), and when TTIN, TTOU, WINCH or a failed reload changes the number. A promise is not waited for.",
  }),
  on_exit: hook({
    description: "Called in the arbiter as the last thing before it ends.",
    details:
      "With `(server)`. A promise is waited for, and for `hook_timeout` at most. It is not called when the start failed before there were workers.",
  }),
  hook_timeout: duration({
    section: "Server Hooks",
    minimum: 1,
    maximum: HOOK_TIMEOUT_MAX_S,
    default: 30,
    flags: ["--hook-timeout"],
    description: "Seconds that a server hook may take until it is given up.",
    details:
      "An error line says so, and the server goes on. A hook that blocks the event loop cannot be given up: in the arbiter everything waits for it, in a worker `timeout` ends it.",
    example: 5,
    since: "0.1.0",
    difference: "Gunicorn has no such setting: it waits for ever.",
  }),
};
