/**
 * What an arbiter and a worker tell each other: one JSON object a line. Written and read here only.
 *
 * @module
 */
import type { InterfaceWish, WorkerSettings } from "../config/worker-settings.ts";
import type { ProgramAddress, SocketAddress } from "../runtime/port.ts";

/** One descriptor that a worker inherited, in the order of its descriptors. */
export interface InheritedListener {
  readonly address: SocketAddress;
  /** The slot whose queue this is; null for a socket that all workers share (unix, `fd://`). */
  readonly slot: number | null;
}

/** Everything a worker needs to know, sent first. */
export interface BootMessage {
  readonly type: "boot";
  readonly age: number;
  readonly generation: number;
  readonly listeners: readonly InheritedListener[];
  /** The slots to accept from at first. */
  readonly slots: readonly number[];
  readonly settings: WorkerSettings;
}

/** Arbiter to worker. `accept` always names all slots, so that a lost or repeated message does no harm. */
export type ArbiterMessage =
  | BootMessage
  | { readonly type: "accept"; readonly slots: readonly number[] }
  | { readonly type: "reopen" }
  /** Instead of `boot`: load the application, or run a program until it listens, say `checked` and end. */
  | { readonly type: "check"; readonly settings: WorkerSettings; readonly until: CheckGoal };

/** `listens`: interface `script` only. */
export type CheckGoal = "loaded" | "listens";

/** Why an application cannot be served. */
export interface CheckFailure {
  /** 3 or 4, as a worker would end. */
  readonly exitCode: number;
  /** Several lines, the first of which says it all. */
  readonly report: string;
}

/** Worker to arbiter. `ready`: handlers are in, the application is loaded, the sockets accept. */
export type WorkerMessage =
  | { readonly type: "ready" }
  /** The request that it has been at for longest, told when that changes; null: none takes long. */
  | { readonly type: "busy"; readonly request: string | null }
  /** It wants to be replaced and serves until it is. */
  | { readonly type: "retiring" }
  | { readonly type: "boot_failed"; readonly text: string }
  | CheckedMessage;

/** The answer to `check`. */
export interface CheckedMessage {
  readonly type: "checked";
  /** Null: the application loads. */
  readonly failure: CheckFailure | null;
  /** Where the program listens by itself; null where it was not asked for, or cannot be said. */
  readonly listens: ProgramAddress | null;
  /** How the application is called; null where it does not load. */
  readonly interface: Exclude<InterfaceWish, "auto"> | null;
}

/** A line from a peer that speaks another protocol. */
export class ChannelProtocolError extends Error {
  override readonly name: string = "ChannelProtocolError";
}

const ARBITER_TYPES: ReadonlySet<unknown> = new Set<ArbiterMessage["type"]>(["boot", "accept", "reopen", "check"]);
const WORKER_TYPES: ReadonlySet<unknown> = new Set<WorkerMessage["type"]>([
  "ready",
  "retiring",
  "busy",
  "boot_failed",
  "checked",
]);

/** One line, without a newline in it. */
export function encodeMessage(message: ArbiterMessage | WorkerMessage): string {
  return JSON.stringify(message);
}

/** Both sides run the same release, so only the type is checked. Throws a {@link ChannelProtocolError}. */
export function decodeArbiterMessage(line: string): ArbiterMessage {
  return decode(line, ARBITER_TYPES) as ArbiterMessage;
}

/** Throws a {@link ChannelProtocolError}. */
export function decodeWorkerMessage(line: string): WorkerMessage {
  return decode(line, WORKER_TYPES) as WorkerMessage;
}

function decode(line: string, types: ReadonlySet<unknown>): object {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new ChannelProtocolError(`Channel line is not JSON: ${line.slice(0, 80)}`, { cause: error });
  }
  if (typeof value !== "object" || value === null || !("type" in value) || !types.has(value.type)) {
    throw new ChannelProtocolError(`Unknown channel message: ${line.slice(0, 80)}`);
  }
  return value;
}
