/** @module Notices that an answer has nothing more to say to a client of whom nobody can tell whether it is still there. */
import { HALF_CLOSED_MS } from "./bounds.ts";

/** Of an answer that is under way to a client that ended its side. */
export class Quiet {
  private sentBytes = -1;
  private sinceMs = 0;

  /** To be asked every sweep. True: nothing was sent for {@link HALF_CLOSED_MS}. */
  isOver(sentBytes: number, nowMs: number): boolean {
    if (sentBytes !== this.sentBytes) {
      this.sentBytes = sentBytes;
      this.sinceMs = nowMs;
    }
    return nowMs - this.sinceMs >= HALF_CLOSED_MS;
  }
}
