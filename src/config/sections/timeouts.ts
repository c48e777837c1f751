/** @module How long a client may take. */
import { duration, size } from "../declare.ts";
import type { Duration, DurationInput } from "../durations.ts";
import type { Setting } from "../setting.ts";
import type { Size, SizeInput } from "../sizes.ts";

/** A gibibyte per second: more is a slip. */
const RATE_MAX_BYTES_PER_S = 1_073_741_824;

/** Settings of the section "Timeouts". */
export interface TimeoutsSection {
  /** Seconds that a new connection may stay silent before its first byte; 0 turns it off. */
  readonly first_byte_timeout: Setting<Duration, DurationInput>;
  /** Seconds that a whole request head may take, from its first byte; 0 turns it off. */
  readonly head_timeout: Setting<Duration, DurationInput>;
  /** Seconds of silence while the application waits for content; 0 turns it off. */
  readonly body_timeout: Setting<Duration, DurationInput>;
  /** The fewest bytes of content per second while the application waits for it; 0 turns it off. */
  readonly body_min_rate: Setting<Size, SizeInput>;
  /** Seconds without progress of a client that has something to take; 0 turns it off. */
  readonly write_timeout: Setting<Duration, DurationInput>;
}

/** The declarations. */
export const timeouts: TimeoutsSection = {
  first_byte_timeout: duration({
    section: "Timeouts",
    default: 30,
    flags: ["--first-byte-timeout"],
    description: "Seconds that a new connection may stay silent before its first byte; 0 turns it off.",
    details:
      "Then the connection is closed without an answer, for nothing was asked. Later requests of the connection have `keepalive` for it. " +
      "A proxy that opens connections before it needs them wants a higher value.",
    example: "10s",
    since: "0.1.0",
    difference: "Gunicorn has no such setting: `timeout` does it in its sync workers, nothing in the others.",
  }),
  head_timeout: duration({
    section: "Timeouts",
    default: 30,
    flags: ["--head-timeout"],
    description: "Seconds that a whole request head may take, from its first byte; 0 turns it off.",
    details:
      "Then the answer is 408 and the connection closes. The time does not begin anew with every byte, so a client that sends one now and then " +
      "(a slowloris) gains nothing. A PROXY header before the first head counts in.",
    example: 10,
    since: "0.1.0",
    difference: "Gunicorn has no such setting.",
  }),
  body_timeout: duration({
    section: "Timeouts",
    default: 60,
    flags: ["--body-timeout"],
    description: "Seconds of silence while the application waits for content; 0 turns it off.",
    details:
      "Then the application's reading fails, the answer is 408 where none was begun, and the connection closes. While the application does not read, no time is counted: " +
      "a slow application is not the client's fault.",
    example: 20,
    since: "0.1.0",
    difference: "Gunicorn has no such setting.",
  }),
  body_min_rate: size({
    section: "Timeouts",
    minimum: 0,
    maximum: RATE_MAX_BYTES_PER_S,
    default: 240,
    flags: ["--body-min-rate"],
    description: "The fewest bytes of content per second while the application waits for it; 0 turns it off.",
    details:
      "It finds the client that sends a byte now and then, which no limit of silence finds, and ends the request as `body_timeout` does. It is an average over the time that the application waits, " +
      "with a credit of `body_timeout` seconds (5 where that is 0) at the beginning, which faster content fills up again. Turn it off where clients hold a request open and send little, as with events.",
    example: "1kb",
    since: "0.1.0",
    difference: "Gunicorn has no such setting.",
  }),
  write_timeout: duration({
    section: "Timeouts",
    default: 60,
    flags: ["--write-timeout"],
    description: "Seconds without progress of a client that has something to take; 0 turns it off.",
    details:
      "Then the connection is reset and `request.signal` aborts. A client that goes on reading is slow and not gone; the system tells of progress by some 64 KiB, though, so less than about 2 KB a second may look like none with the default.",
    example: 20,
    since: "0.1.0",
    difference: "Gunicorn has no such setting: `timeout` does it in its sync workers, nothing in the others.",
  }),
};
