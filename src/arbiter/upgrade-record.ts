/**
 * What an arbiter tells the one that is to replace it: one JSON object in one environment variable. The two may be of different
 * releases, so it carries the number of its format, and what cannot be read is refused: the old arbiter then goes on.
 *
 * @module
 */

/** To be raised when an older release would misunderstand. */
const FORMAT = 1;
const QUOTED_MAX_CHARS = 80;

/** The sockets of one address. */
export interface HandedListener {
  /** The address as `bind` writes it; `fd://3` for what was inherited from outside. */
  readonly bind: string;
  /** A socket for every slot, in their order; otherwise one that all workers share. */
  readonly slotted: boolean;
  /** Their numbers in the new arbiter. */
  readonly fds: readonly number[];
}

export interface UpgradeRecord {
  /** Of the old arbiter. */
  readonly pid: number;
  /** The sockets are systemd's, and stand in for `bind`. */
  readonly isActivated: boolean;
  readonly listeners: readonly HandedListener[];
}

/** What the old arbiter wrote cannot be used. */
export class UpgradeError extends Error {
  override readonly name: string = "UpgradeError";
}

/** The variable's value. */
export function encodeUpgrade(record: UpgradeRecord): string {
  return JSON.stringify({ format: FORMAT, ...record });
}

/** Reads the variable's value. Throws an {@link UpgradeError}. */
export function decodeUpgrade(text: string): UpgradeRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw malformed(text, error);
  }
  if (typeof value !== "object" || value === null || !("format" in value)) throw malformed(text);
  if (value.format !== FORMAT) {
    const format = JSON.stringify(value.format).slice(0, QUOTED_MAX_CHARS);
    throw new UpgradeError(
      `Cannot replace the old arbiter: it hands over in format ${format}, this release reads format ${FORMAT}. Restart instead of USR2`,
    );
  }
  if (!("pid" in value && "isActivated" in value && "listeners" in value)) throw malformed(text);
  const { pid, isActivated, listeners } = value;
  if (!isNumberFrom(1, pid) || typeof isActivated !== "boolean" || !Array.isArray(listeners) || !listeners.every(isHanded)) {
    throw malformed(text);
  }
  return { pid, isActivated, listeners };
}

function isHanded(value: unknown): value is HandedListener {
  if (typeof value !== "object" || value === null || !("bind" in value && "slotted" in value && "fds" in value)) return false;
  const { bind, slotted, fds } = value;
  if (typeof bind !== "string" || typeof slotted !== "boolean" || !Array.isArray(fds) || fds.length === 0) return false;
  // 0 to 2 are the standard streams.
  return (slotted || fds.length === 1) && fds.every((fd) => isNumberFrom(3, fd));
}

function isNumberFrom(least: number, value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= least;
}

function malformed(text: string, cause?: unknown): UpgradeError {
  const quoted = JSON.stringify(text.slice(0, QUOTED_MAX_CHARS));
  return new UpgradeError(`Cannot replace the old arbiter: what it hands over is malformed: ${quoted}. Restart instead of USR2`, {
    cause,
  });
}
