/** @module What an arbiter says and does, as somebody hears of it who looks on. */
import type { Logger } from "../log/logger.ts";
import type { StatusListener } from "./driver.ts";
import type { ArbiterObserver } from "./owner.ts";

/** The same log; the observer hears every line, also those below `loglevel`. */
export function observedLog(log: Logger, observer: ArbiterObserver): Logger {
  return {
    isEnabled: (level) => log.isEnabled(level),
    log(level, text): void {
      log.log(level, text);
      observer.logged(level, text);
    },
  };
}

/** The same listener; the observer hears after it. */
export function observedStatus(listener: StatusListener, observer: ArbiterObserver): StatusListener {
  return {
    alive: (nowMs) => listener.alive(nowMs),
    update(status): void {
      listener.update(status);
      observer.changed();
    },
  };
}

/** The same listener; `count` is called after each of its calls. */
export function meteredStatus(listener: StatusListener, count: () => void): StatusListener {
  return {
    alive(nowMs): void {
      listener.alive(nowMs);
      count();
    },
    update(status): void {
      listener.update(status);
      count();
    },
  };
}
