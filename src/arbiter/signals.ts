/**
 * What each signal does. The table is total: the compiler finds a missing row.
 *
 * @module
 */
import type { SignalName } from "../runtime/port.ts";
import { log } from "./log-line.ts";
import { requestReload } from "./reload.ts";
import { type ArbiterState, clampTarget, type Generation, isStopRequested, sequence, type Step } from "./state.ts";
import { beginQuickStop, requestGracefulStop } from "./stop.ts";
import { requestUpgrade } from "./upgrade.ts";
import { releaseWorkers } from "./winch.ts";

/** A signal's effect before and after a stop was asked for. */
export interface SignalRule {
  readonly serving: (state: ArbiterState) => Step;
  readonly stopping: (state: ArbiterState) => Step;
}

/** Every signal has a rule and none is fatal for the arbiter but those that mean it. */
export const SIGNAL_RULES: Readonly<Record<SignalName, SignalRule>> = {
  SIGTERM: { serving: after("Handling signal: term", requestGracefulStop), stopping: ignoreInShutdown("term") },
  SIGINT: { serving: after("Handling signal: int", beginQuickStop), stopping: quicken("int") },
  SIGQUIT: { serving: after("Handling signal: quit", beginQuickStop), stopping: quicken("quit") },
  SIGHUP: { serving: requestReload, stopping: ignoreInShutdown("hup") },
  SIGTTIN: { serving: after("Handling signal: ttin", grow), stopping: ignoreInShutdown("ttin") },
  SIGTTOU: { serving: after("Handling signal: ttou", shrink), stopping: ignoreInShutdown("ttou") },
  SIGUSR1: { serving: after("Handling signal: usr1", reopenLogs), stopping: ignoreInShutdown("usr1") },
  SIGUSR2: { serving: after("Handling signal: usr2", requestUpgrade), stopping: ignoreInShutdown("usr2") },
  SIGWINCH: { serving: releaseWorkers, stopping: ignoreInShutdown("winch") },
};

/** `signal_received`. */
export function signalReceived(state: ArbiterState, signal: SignalName): Step {
  const rule = SIGNAL_RULES[signal];
  return isStopRequested(state) ? rule.stopping(state) : rule.serving(state);
}

function say(text: string): (state: ArbiterState) => Step {
  return (state) => [state, [log("info", text)]];
}

function after(text: string, act: (state: ArbiterState) => Step): (state: ArbiterState) => Step {
  return (state) => sequence(state, say(text), act);
}

function ignoreInShutdown(name: string): (state: ArbiterState) => Step {
  return say(`Handling signal: ${name}: ignored during shutdown`);
}

function quicken(name: string): (state: ArbiterState) => Step {
  const hasten = after(`Handling signal: ${name}`, after("Quick shutdown requested", beginQuickStop));
  const ignore = ignoreInShutdown(name);
  return (state) => state.phase === "quitting" ? ignore(state) : hasten(state);
}

function reopenLogs(state: ArbiterState): Step {
  return [state, [{ type: "reopen_logs" }]];
}

function grow(state: ArbiterState): Step {
  const { slotCapacity } = (state.pending ?? state.current).listeners;
  const line = `Signal ttin has no effect: sockets were bound for ${slotCapacity} workers, set 'workers' and reload for more`;
  return resize(state, 1, line);
}

function shrink(state: ArbiterState): Step {
  const why = state.current.target === 0 ? "no worker is wanted since WINCH" : "one worker is the least";
  return resize(state, -1, `Signal ttou has no effect: ${why}`);
}

/** Changes the target of the current generation and of one that is to follow it. Spawning or letting go follows when settled. */
function resize(state: ArbiterState, change: 1 | -1, lineIfNone: string): Step {
  const resized = (generation: Generation): Generation => {
    const { target, listeners } = generation;
    // WINCH wants none, and only TTIN and HUP bring workers back.
    return target === 0 && change < 0
      ? generation
      : { ...generation, target: clampTarget(target + change, listeners.slotCapacity) };
  };
  const lasting = state.pending ?? state.current;
  const hasEffect = resized(lasting).target !== lasting.target;
  const pending = state.pending === null ? null : resized(state.pending);
  const current = resized(state.current);
  const targetBeforeWinch = current.target === 0 ? state.targetBeforeWinch : null;
  return [{ ...state, current, pending, targetBeforeWinch }, hasEffect ? [] : [log("warning", lineIfNone)]];
}
