import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ArbiterPhase } from "../../../src/arbiter/state.ts";
import { SIGNAL_RULES } from "../../../src/arbiter/signals.ts";
import type { SignalName } from "../../../src/runtime/port.ts";
import { Rig } from "./rig.ts";

/** An arbiter with two workers, in each phase; while starting and idle none is ready. */
const ARBITERS: Readonly<Record<ArbiterPhase, () => Rig>> = {
  idle: () => new Rig(),
  starting: () => {
    const rig = new Rig();
    rig.post({ type: "started" });
    rig.spawned(1);
    rig.spawned(2);
    return rig;
  },
  waiting: () => {
    const rig = new Rig({ followsFiles: true });
    rig.post({ type: "started" });
    for (const age of [1, 2]) {
      if (!rig.state.workers.has(age)) continue;
      rig.spawned(age);
      rig.exit(age, 3);
    }
    return rig;
  },
  running: () => Rig.running(),
  delaying: () => {
    const rig = Rig.running({ shutdownDelayMs: 5_000 });
    rig.signal("SIGTERM");
    return rig;
  },
  sealed: () => {
    const rig = Rig.running();
    rig.signal("SIGTERM");
    return rig;
  },
  leaving: () => {
    const rig = ARBITERS.sealed();
    rig.post({ type: "listeners_emptied" });
    return rig;
  },
  quitting: () => {
    const rig = Rig.running();
    rig.signal("SIGQUIT");
    return rig;
  },
  halted: () => {
    const rig = ARBITERS.quitting();
    rig.exit(1, 0);
    rig.exit(2, 0);
    return rig;
  },
};

const HUP = ["info: Handling signal: hup", "info: Hang up: Master", "load_settings"];
const TERM = ["info: Handling signal: term", "seal_listeners"];
const USR1 = ["info: Handling signal: usr1", "reopen_logs"];
const USR2 = ["info: Handling signal: usr2"];
const TOO_EARLY = "warning: USR2 signal ignored. No worker is ready yet.";
const WINCH = ["debug: SIGWINCH ignored. Not daemonized"];
const STOPPED = ["close_listeners", "info: Shutting down: Master", "halt 0"];
const QUICK = ["info: Quick shutdown requested"];
const QUITS = ["SIGQUIT 1", "SIGQUIT 2"];

const ignored = (name: string): string[] => [`info: Handling signal: ${name}: ignored during shutdown`];

const TABLE: Readonly<Record<SignalName, Readonly<Record<ArbiterPhase, readonly string[]>>>> = {
  SIGTERM: {
    idle: [...TERM, ...STOPPED],
    starting: TERM,
    waiting: [...TERM, ...STOPPED],
    running: TERM,
    delaying: ignored("term"),
    sealed: ignored("term"),
    leaving: ignored("term"),
    quitting: ignored("term"),
    halted: [],
  },
  SIGINT: {
    idle: ["info: Handling signal: int", ...STOPPED],
    starting: ["info: Handling signal: int", "close_listeners", "SIGTERM 1", "SIGTERM 2"],
    waiting: ["info: Handling signal: int", ...STOPPED],
    running: ["info: Handling signal: int", "close_listeners", ...QUITS],
    delaying: ["info: Handling signal: int", ...QUICK, "close_listeners", ...QUITS],
    sealed: ["info: Handling signal: int", ...QUICK, "close_listeners", ...QUITS],
    leaving: ["info: Handling signal: int", ...QUICK, ...QUITS],
    quitting: ignored("int"),
    halted: [],
  },
  SIGQUIT: {
    idle: ["info: Handling signal: quit", ...STOPPED],
    starting: ["info: Handling signal: quit", "close_listeners", "SIGTERM 1", "SIGTERM 2"],
    waiting: ["info: Handling signal: quit", ...STOPPED],
    running: ["info: Handling signal: quit", "close_listeners", ...QUITS],
    delaying: ["info: Handling signal: quit", ...QUICK, "close_listeners", ...QUITS],
    sealed: ["info: Handling signal: quit", ...QUICK, "close_listeners", ...QUITS],
    leaving: ["info: Handling signal: quit", ...QUICK, ...QUITS],
    quitting: ignored("quit"),
    halted: [],
  },
  SIGHUP: {
    idle: HUP,
    starting: HUP,
    waiting: HUP,
    running: HUP,
    delaying: ignored("hup"),
    sealed: ignored("hup"),
    leaving: ignored("hup"),
    quitting: ignored("hup"),
    halted: [],
  },
  SIGTTIN: {
    idle: ["info: Handling signal: ttin"],
    starting: ["info: Handling signal: ttin", "spawn 3 g1 s2"],
    waiting: ["info: Handling signal: ttin"],
    running: ["info: Handling signal: ttin", "spawn 3 g1 s2"],
    delaying: ignored("ttin"),
    sealed: ignored("ttin"),
    leaving: ignored("ttin"),
    quitting: ignored("ttin"),
    halted: [],
  },
  SIGTTOU: {
    idle: ["info: Handling signal: ttou"],
    starting: ["info: Handling signal: ttou"],
    waiting: ["info: Handling signal: ttou"],
    running: ["info: Handling signal: ttou", "assign 2 0,1", "SIGTERM 1"],
    delaying: ignored("ttou"),
    sealed: ignored("ttou"),
    leaving: ignored("ttou"),
    quitting: ignored("ttou"),
    halted: [],
  },
  SIGUSR1: {
    idle: USR1,
    starting: USR1,
    waiting: USR1,
    running: USR1,
    delaying: ignored("usr1"),
    sealed: ignored("usr1"),
    leaving: ignored("usr1"),
    quitting: ignored("usr1"),
    halted: [],
  },
  SIGUSR2: {
    idle: [...USR2, TOO_EARLY],
    starting: [...USR2, "start_child"],
    waiting: [...USR2, TOO_EARLY],
    running: [...USR2, "start_child"],
    delaying: ignored("usr2"),
    sealed: ignored("usr2"),
    leaving: ignored("usr2"),
    quitting: ignored("usr2"),
    halted: [],
  },
  SIGWINCH: {
    idle: WINCH,
    starting: WINCH,
    waiting: WINCH,
    running: WINCH,
    delaying: ignored("winch"),
    sealed: ignored("winch"),
    leaving: ignored("winch"),
    quitting: ignored("winch"),
    halted: [],
  },
};

const SIGNALS = Object.keys(SIGNAL_RULES) as SignalName[];
const PHASES = Object.keys(ARBITERS) as ArbiterPhase[];

for (const phase of PHASES) {
  describe(`An arbiter that is ${phase}`, () => {
    it("is in that phase here", () => assert.equal(ARBITERS[phase]().state.phase, phase));

    for (const signal of SIGNALS) {
      it(`answers ${signal}`, () => assert.deepEqual(ARBITERS[phase]().signal(signal), TABLE[signal][phase]));
    }
  });
}

describe("The table of signals", () => {
  it("knows every signal that an arbiter listens for", () => assert.deepEqual(SIGNALS.sort(), Object.keys(TABLE).sort()));
});
