/** @module What the log wants to know of a request besides its answer. Made only where somebody wants it. */
import type { AccessDetail } from "../log/access.ts";
import type { RequestOrigin } from "../http/trust-settings.ts";

const END_OF_HEAD = "\r\n\r\n";

/** Of one request: when it began, and with which head it was answered. */
export class Measure {
  private readonly nowMs: () => number;
  private readonly startedMs: number;
  private responseHead = "";

  /** Begins now. */
  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
    this.startedMs = nowMs();
  }

  /** The answer begins with this; what follows the head is left out. */
  answered(text: string): void {
    const end = text.indexOf(END_OF_HEAD);
    this.responseHead = end < 0 ? text : text.slice(0, end + END_OF_HEAD.length);
  }

  /** The answer is over. */
  detail(origin: RequestOrigin): AccessDetail {
    return { durationMs: this.nowMs() - this.startedMs, responseHead: this.responseHead, origin };
  }
}
