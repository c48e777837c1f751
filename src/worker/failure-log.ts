/** @module What the log says of a request whose application failed. */
import type { RequestHead } from "../http/events.ts";
import { describeError, type Logger } from "../log/logger.ts";

/** `aborted`: the client had left, which makes most applications fail and is no error of theirs. */
export function logFailure(log: Logger, head: RequestHead, aborted: boolean, error: unknown): void {
  const request = `${head.method} ${head.target}`;
  if (!aborted) return log.log("error", `Error handling request ${request}\n${describeError(error)}`);
  if (log.isEnabled("debug")) log.log("debug", `Request ${request} ended after its client left: ${describeError(error)}`);
}
