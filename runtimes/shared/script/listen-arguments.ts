/**
 * What a call of `server.listen` asks for (https://nodejs.org/api/net.html#serverlisten).
 *
 * @module
 */
import type { ProgramAddress } from "../../../src/runtime/port.ts";

/** A call, read. */
export interface ListenCall {
  /** Null: a descriptor or a handle. */
  readonly asked: ProgramAddress | null;
  /** What the call gave to be called when the server listens. */
  readonly callback: ((...args: unknown[]) => unknown) | null;
  /** Ends the server when it aborts. */
  readonly signal: AbortSignal | null;
}

const PORT_MAX = 65_535;

/** Throws a RangeError or a TypeError with Node's codes, as the call would. */
export function readListenCall(args: readonly unknown[]): ListenCall {
  const last = args.at(-1);
  const callback = isFunction(last) ? last : null;
  const values = callback === null ? args : args.slice(0, -1);
  const [first, second] = values;
  if (typeof first === "object" && first !== null) return { ...readOptions(first), callback };
  // `listen(undefined)` is what an unset variable gives.
  if (first === undefined || first === null || isPort(first)) {
    const host = typeof second === "string" && second !== "" ? second : null;
    return { asked: tcp(first ?? 0, host), callback, signal: null };
  }
  if (typeof first === "string") return { asked: { kind: "unix", path: first }, callback, signal: null };
  throw invalid(first);
}

function readOptions(options: object): Omit<ListenCall, "callback"> {
  const signal = "signal" in options && options.signal instanceof AbortSignal ? options.signal : null;
  const port: unknown = "port" in options ? options.port : undefined;
  const host = "host" in options && typeof options.host === "string" && options.host !== "" ? options.host : null;
  if ((isPort(port) || port === null) && !("fd" in options && typeof options.fd === "number")) {
    return { asked: tcp(port ?? 0, host), signal };
  }
  if ("path" in options && typeof options.path === "string") return { asked: { kind: "unix", path: options.path }, signal };
  if (namesDescriptor(options)) return { asked: null, signal };
  if ("port" in options && port === undefined) return { asked: tcp(0, host), signal };
  throw invalid(options);
}

/** Node's own rule: a handle, something that has one, or a number. */
export function namesDescriptor(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return ("fd" in value && typeof value.fd === "number" && value.fd >= 0) || "_handle" in value || "handle" in value;
}

function isPort(value: unknown): value is number | string {
  if (typeof value === "number") return true;
  return typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value));
}

function tcp(value: number | string, host: string | null): ProgramAddress {
  const port = Number(value);
  if (Number.isInteger(port) && port >= 0 && port <= PORT_MAX) return { kind: "tcp", host, port };
  throw Object.assign(
    new RangeError(`options.port should be >= 0 and < 65536. Received type ${typeof value} (${value}).`),
    { code: "ERR_SOCKET_BAD_PORT" },
  );
}

function invalid(value: unknown): TypeError {
  return Object.assign(new TypeError(`The argument 'options' is invalid. Received ${String(value)}`), {
    code: "ERR_INVALID_ARG_VALUE",
  });
}

function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === "function";
}
