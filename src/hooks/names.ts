/** @module The server hooks by name, with gunicorn's arguments: what a config file may declare, and which process calls it. */

/** Hooks that the arbiter calls, with the names of their parameters. */
export const ARBITER_HOOKS = {
  on_starting: ["server"],
  on_reload: ["server"],
  when_ready: ["server"],
  nworkers_changed: ["server", "newValue", "oldValue"],
  pre_fork: ["server", "worker"],
  child_exit: ["server", "worker"],
  pre_exec: ["server"],
  on_exit: ["server"],
} as const;

/** Hooks that each worker calls. */
export const WORKER_HOOKS = {
  post_fork: ["server", "worker"],
  post_worker_init: ["worker"],
  worker_int: ["worker"],
  worker_abort: ["worker"],
  worker_exit: ["server", "worker"],
  pre_request: ["worker", "request"],
  post_request: ["worker", "request", "response"],
} as const;

/** A key of {@link ARBITER_HOOKS}. */
export type ArbiterHookName = keyof typeof ARBITER_HOOKS;

/** A key of {@link WORKER_HOOKS}. */
export type WorkerHookName = keyof typeof WORKER_HOOKS;

/** Any hook. */
export type HookName = ArbiterHookName | WorkerHookName;

/** Whether there is a hook of this name. */
export function isHookName(name: string): name is HookName {
  return Object.hasOwn(ARBITER_HOOKS, name) || isWorkerHookName(name);
}

/** Whether workers call the hook of this name. */
export function isWorkerHookName(name: string): name is WorkerHookName {
  return Object.hasOwn(WORKER_HOOKS, name);
}

/** The names of a hook's parameters, in order. */
export function parametersOf(name: HookName): readonly string[] {
  return isWorkerHookName(name) ? WORKER_HOOKS[name] : ARBITER_HOOKS[name];
}
