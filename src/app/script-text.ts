/** @module What the log says of programs that listen by themselves. */
import { WORKER_BOOT_EXIT_CODE } from "../exit-codes.ts";
import type { ProgramAddress, SocketAddress } from "../runtime/port.ts";
import { AppLoadError } from "./load-error.ts";

/** The program wants what cannot be taken over. */
export function refusedError(program: string, reason: string): AppLoadError {
  return new AppLoadError(WORKER_BOOT_EXIT_CODE, `Cannot serve '${program}': ${reason}`, []);
}

/** It did not listen in time. `isLoaded`: all of its code has run, as far as that can be seen. */
export function lateError(program: string, limitMs: number, isLoaded: boolean): AppLoadError {
  const seconds = Number((limitMs / 1000).toFixed(1));
  return new AppLoadError(
    WORKER_BOOT_EXIT_CODE,
    `'${program}' does not listen after ${seconds} s (boot_timeout)`,
    isLoaded
      ? [NO_LISTEN_HINT]
      : ["It is still loading: a top-level await waits for something. A larger boot_timeout gives it more time"],
  );
}

/** A program that is loaded and does not listen yet. `exports` are the module's. */
export function silentLine(program: string, exports: object): string {
  const hint = looksLikeApplication(exports)
    ? "It exports something: to serve an export, leave --interface away, and name it as in 'module:name'"
    : NO_LISTEN_HINT;
  return `'${program}' is loaded and does not listen yet. ${hint}`;
}

/** The program's own address is not the one that is served; null where it is. */
export function asksElsewhereLine(
  program: string,
  asked: ProgramAddress | null,
  addresses: readonly SocketAddress[],
): string | null {
  if (asked === null || addresses.length === 0) return null;
  const isServed = addresses.some((address) =>
    asked.kind === "tcp"
      ? address.kind === "tcp" && (asked.port === 0 || asked.port === address.port)
      : address.kind === "unix" && isSamePath(address.path, asked.path)
  );
  if (isServed) return null;
  const where = asked.kind === "tcp" ? `port ${asked.port}` : asked.path;
  return `'${program}' asks for ${where}; it is served on ${addresses.map(textOf).join(", ")} instead`;
}

/** A program may write a path relative, and an abstract socket as Node does: with NUL. */
function isSamePath(served: string, asked: string): boolean {
  const plain = asked.replace(/^\0/, "@").replace(/^\.\//, "");
  return served === plain || served.endsWith(`/${plain}`);
}

const NO_LISTEN_HINT =
  "The script interface serves a program that calls listen itself (http.Server, Deno.serve, Bun.serve). One that does so only when it is the " +
  "main module (require.main === module, import.meta.main) is taken for that; process.argv, NODE_ENV or another variable may keep it from it";

function looksLikeApplication(exports: object): boolean {
  const value: unknown = "default" in exports ? exports.default : undefined;
  return typeof value === "function" || (typeof value === "object" && value !== null && Object.keys(value).length > 0);
}

function textOf(address: SocketAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return `${address.family === 6 ? `[${address.host}]` : address.host}:${address.port}`;
}
