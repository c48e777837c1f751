/**
 * Looks whether the application loads, in a process on the workers' runtime: what runs on Bun need not run on the arbiter's Node, and a
 * module that was imported here would stay.
 *
 * @module
 */
import {
  ChannelProtocolError,
  type CheckedMessage,
  type CheckFailure,
  type CheckGoal,
  decodeWorkerMessage,
  encodeMessage,
} from "../channel/messages.ts";
import type { WorkerSettings } from "../config/worker-settings.ts";
import { WORKER_BOOT_EXIT_CODE } from "../exit-codes.ts";
import type { ExitStatus, HeartbeatFile, RuntimeAdapter, Undo, WorkerRuntime } from "../runtime/port.ts";
import { NOT_FOR_WORKERS } from "./systemd.ts";

/** Where and how the application is loaded. */
export interface CheckRequest {
  readonly settings: WorkerSettings;
  /** Null: the arbiter's runtime. */
  readonly runtime: WorkerRuntime | null;
  /** Added to the arbiter's environment; undefined takes a variable away. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** 0: as long as it takes. */
  readonly timeoutMs: number;
  /** Where to load it; the arbiter's folder where it is not given. Setting `chdir`. */
  readonly directory?: string;
  /** Called with what ends the process early. */
  readonly started?: (end: () => void) => void;
  /** Without it: until the application is loaded. */
  readonly until?: CheckGoal;
}

/** What such a process found. */
export type Finding = Omit<CheckedMessage, "type">;

/** Null: it loads. Rejects with a SystemError when the process cannot be started. */
export async function checkInProcess(adapter: RuntimeAdapter, request: CheckRequest): Promise<CheckFailure | null> {
  return (await inspectInProcess(adapter, request)).failure;
}

/** The same with what else was found. */
export async function inspectInProcess(adapter: RuntimeAdapter, request: CheckRequest): Promise<Finding> {
  const heartbeat = adapter.spawner.createHeartbeat(null, request.settings.identity);
  try {
    return await new Promise((resolve) => startCheck(adapter, request, heartbeat, resolve));
  } finally {
    heartbeat.close();
  }
}

function startCheck(
  adapter: RuntimeAdapter,
  { settings, runtime, env, timeoutMs, directory, started, until = "loaded" }: CheckRequest,
  heartbeat: HeartbeatFile,
  found: (finding: Finding) => void,
): void {
  let isLate = false;
  let stopWaiting: Undo = () => {};
  const worker = adapter.spawner.spawn({
    listenerFds: [],
    heartbeat,
    env: { ...NOT_FOR_WORKERS, ...env },
    ...(directory === undefined ? {} : { directory }),
    title: `tsgunicorn: check [${settings.app}]`,
    runtime,
  }, {
    line(text): void {
      const finding = readFinding(text);
      if (finding !== null) found(finding);
    },
    closed: () => {},
    // After the last line: what was said counts.
    exited(status): void {
      stopWaiting();
      found({ failure: endedEarly(settings.app, status, isLate ? timeoutMs : null), listens: null, interface: null });
    },
  });
  started?.(() => kill(adapter, worker.pid));
  worker.channel.send(encodeMessage({ type: "check", settings, until }));
  if (timeoutMs === 0) return;
  stopWaiting = adapter.clock.after(timeoutMs, () => {
    isLate = true;
    kill(adapter, worker.pid);
  });
}

function kill(adapter: RuntimeAdapter, pid: number): void {
  try {
    adapter.process.kill(pid, "SIGKILL");
  } catch {
    // ESRCH: it ended by itself, and its exit is on the way.
  }
}

/** Null: the line says nothing about it. */
function readFinding(line: string): Finding | null {
  try {
    const message = decodeWorkerMessage(line);
    return message.type === "checked" ? message : null;
  } catch (error) {
    if (!(error instanceof ChannelProtocolError)) throw error;
    return null;
  }
}

function endedEarly(app: string, { code, signal }: ExitStatus, limitMs: number | null): CheckFailure {
  const reason = limitMs !== null
    ? `it is not loaded after ${limitMs / 1000} s (boot_timeout)`
    : `the process ended while it was being loaded (${signal === null ? `exit ${code}` : signal})`;
  return { exitCode: WORKER_BOOT_EXIT_CODE, report: `Failed to load '${app}': ${reason}` };
}
