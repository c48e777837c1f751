/** @module Metrics of requests: a listener where the access log is one, and in front of it where there are both. */
import type { AccessLog } from "../log/access.ts";
import type { ClockPort } from "../runtime/port.ts";
import type { Statsd } from "./statsd.ts";

/** Gunicorn's names. Unlike in gunicorn's asgi worker they are counted without an access log too. */
export function meteredRequests(statsd: Statsd, access: AccessLog | null, clock: ClockPort): AccessLog {
  return {
    nowMs: () => clock.monotonicMs(),
    record(entry) {
      statsd.timing("gunicorn.request.duration", entry.detail?.durationMs ?? 0);
      statsd.increment("gunicorn.requests");
      statsd.increment(`gunicorn.request.status.${entry.status}`);
      access?.record(entry);
    },
    flush() {
      statsd.flush();
      access?.flush();
    },
  };
}
