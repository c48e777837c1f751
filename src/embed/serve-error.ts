/** @module Why a server inside a program did not start. */

/** The configuration was fine, and the server did not start; nothing of it is left. The message has the reason. */
export class ServeError extends Error {
  override readonly name: string = "ServeError";
  /** As `tsgunicorn` would have ended: 1, 3 (a worker failed to boot) or 4 (the application failed to load). */
  readonly exitCode: number;

  /** `reason`: a sentence or several lines. */
  constructor(exitCode: number, reason: string) {
    super(reason);
    this.exitCode = exitCode;
  }
}
