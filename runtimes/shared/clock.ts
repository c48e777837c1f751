/**
 * Time from the globals that every runtime has.
 *
 * @module
 */
import type { ClockPort, Undo } from "../../src/runtime/port.ts";

/** The clock port; its timers keep the process alive. */
export const clock: ClockPort = {
  monotonicMs(): number {
    return performance.now();
  },
  wallMs(): number {
    return Date.now();
  },
  after(delayMs: number, run: () => void): Undo {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  every(intervalMs: number, run: () => void): Undo {
    const timer = setInterval(run, intervalMs);
    return () => clearInterval(timer);
  },
};
