/**
 * The process port of an arbiter that is a guest in somebody else's process: it changes nothing there. Signals come from the program's calls,
 * and from the system only where the program wants that.
 *
 * @module
 */
import type { ProcessPort, SignalName, Undo } from "../runtime/port.ts";

/** What an operator can send. Not USR2 and WINCH: another arbiter would be another program, and the process is no daemon of ours. */
const SYSTEM_SIGNALS: readonly SignalName[] = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGTTIN", "SIGTTOU", "SIGUSR1"];

/** See {@link createGuestProcess}. */
export interface GuestProcess {
  readonly port: ProcessPort;
  /** As if the signal had been sent to the process. */
  raise(signal: SignalName): void;
  /** Handles signals of the system until `close`. */
  hearSystem(): void;
  close(): void;
}

/**
 * `env`: what settings and service managers may be read from. The working directory, the mask, the title, the variables, the signals and
 * the uncaught errors of the process stay its own: workers get their directory and their variables when they are started.
 */
export function createGuestProcess(real: ProcessPort, env: ProcessPort["env"]): GuestProcess {
  const listeners = new Map<string, Set<() => void>>();
  const undo: Undo[] = [];
  /** Raised before anybody listened: the arbiter has hardly begun. */
  const early = new Set<SignalName>();
  const nothing = (): void => {};
  const raise = (signal: SignalName): void => {
    const heard = [...listeners.get(signal) ?? []];
    if (heard.length === 0) early.add(signal);
    for (const listener of heard) listener();
  };
  return {
    port: {
      pid: real.pid,
      env,
      parentPid: () => real.parentPid(),
      cwd: () => real.cwd(),
      chdir: nothing,
      exit(): never {
        throw new Error("An arbiter inside another program cannot end the process");
      },
      kill: (pid, signal) => real.kill(pid, signal),
      exists: (pid) => real.exists(pid),
      onSignal(signal, listener): Undo {
        const own = (): void => listener();
        const others = listeners.get(signal) ?? new Set();
        listeners.set(signal, others.add(own));
        // Not at once: who listens is still being made.
        if (signal !== "SIGABRT" && early.delete(signal)) queueMicrotask(own);
        return () => void others.delete(own);
      },
      onExit: (listener) => real.onExit(listener),
      onUncaught: () => nothing,
      setVariables: nothing,
      setUmask: nothing,
      setTitle: nothing,
    },
    raise,
    hearSystem(): void {
      for (const signal of SYSTEM_SIGNALS) undo.push(real.onSignal(signal, () => raise(signal)));
    },
    close(): void {
      for (const each of undo.splice(0)) each();
    },
  };
}
