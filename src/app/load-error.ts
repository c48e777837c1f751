/** @module Why an application cannot be served, told to the person who wrote it. */
import type { APP_LOAD_EXIT_CODE, WORKER_BOOT_EXIT_CODE } from "../exit-codes.ts";

/** Says in gunicorn's exit status which kind of failure it is: 3, the module cannot be imported; 4, it holds no application. */
export class AppLoadError extends Error {
  override readonly name: string = "AppLoadError";
  readonly exitCode: typeof WORKER_BOOT_EXIT_CODE | typeof APP_LOAD_EXIT_CODE;
  /** For the log: several lines, the first of which says it all. */
  readonly report: string;

  /** `lines`: what is known beyond `message`; empty ones are left out. */
  constructor(
    exitCode: typeof WORKER_BOOT_EXIT_CODE | typeof APP_LOAD_EXIT_CODE,
    message: string,
    lines: readonly string[],
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.exitCode = exitCode;
    this.report = [message, ...lines.filter((line) => line !== "")].join("\n");
  }
}
