/**
 * The one error class that adapters throw for what the system refuses.
 *
 * @module
 */
import { getSystemErrorMap } from "node:util";
import type { SystemError } from "../../src/runtime/port.ts";

/** `Cannot bind "127.0.0.1:80": permission denied (EACCES)`. `code` is the errno name, or the resolver's (`ENOTFOUND`). */
export class SystemCallError extends Error implements SystemError {
  override readonly name: string = "SystemError";
  readonly code: string;

  /** `detail` replaces the system's own wording where more is known. */
  constructor(action: string, code: string, detail: string | null = null, options: ErrorOptions = {}) {
    super(`${action}: ${detail ?? describe(code)} (${code})`, options);
    this.code = code;
  }
}

/** The name of an errno number, such as `EADDRINUSE`; `E<number>` for one that this runtime has no name for. */
export function errnoName(errno: number): string {
  return getSystemErrorMap().get(-errno)?.[0] ?? `E${errno}`;
}

/** The errno name that an error carries, or null. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** Says what was tried and keeps the runtime's own error as the cause. */
export function wrapError(action: string, error: unknown): SystemCallError {
  if (error instanceof SystemCallError) return error;
  const code = errorCode(error);
  if (code !== null) return new SystemCallError(action, code, null, { cause: error });
  return new SystemCallError(action, "EIO", error instanceof Error ? error.message : String(error), { cause: error });
}

/** Runs `attempt`; whatever it throws becomes a {@link SystemCallError} about `action`. */
export function attempting<T>(action: string, attempt: () => T): T {
  try {
    return attempt();
  } catch (error) {
    throw wrapError(action, error);
  }
}

const RESOLVER_TEXTS: Readonly<Record<string, string>> = {
  ENOTFOUND: "host name not found",
  EAI_AGAIN: "the name server did not answer",
};

function describe(code: string): string {
  for (const [name, text] of getSystemErrorMap().values()) if (name === code) return text;
  return RESOLVER_TEXTS[code] ?? "system error";
}
