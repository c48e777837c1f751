/** @module Metrics for StatsD. */
import { BindError } from "../bind.ts";
import { declare } from "../declare.ts";
import type { Refusal } from "../errors.ts";
import { type OptionalText, optionalText } from "../optional-text.ts";
import type { Setting } from "../setting.ts";
import { parseStatsdHost } from "../statsd-address.ts";

/** Together with a name and a number they fit into a datagram. */
const PREFIX_MAX_CHARS = 200;
const TAGS_MAX_CHARS = 1000;

/** A part of the section "Logging". */
export interface StatsdSection {
  /** The address of a StatsD server to send metrics to: `HOST:PORT` or `unix:PATH`. */
  readonly statsd_host: Setting<OptionalText>;
  /** Tags for every metric, as DogStatsD has them: `name:value,name:value`. */
  readonly dogstatsd_tags: Setting<OptionalText>;
  /** What stands before the name of every metric; a dot is put behind it. */
  readonly statsd_prefix: Setting<OptionalText>;
}

/** The declarations. */
export const statsd: StatsdSection = {
  statsd_host: declare({
    section: "Logging",
    kind: "text",
    schema: optionalText,
    default: null,
    flags: ["--statsd-host"],
    metavar: "ADDRESS",
    check: (value) => typeof value === "string" ? checkAddress(value) : null,
    description: "The address of a StatsD server to send metrics to: `HOST:PORT` or `unix:PATH`.",
    details: [
      "The port is 8125 where none is given. Counters are added up for half a second and sent together, as datagrams of several lines; what cannot be sent is lost, which the error log says once. Nothing waits for it.",
      [
        "| metric | type | what |",
        "|---|---|---|",
        "| `gunicorn.requests` | counter | requests that were answered |",
        "| `gunicorn.request.duration` | timer | milliseconds from the head of a request to the end of its answer |",
        "| `gunicorn.request.status.200` and others | counter | answers by status; 499: the client left before |",
        "| `gunicorn.workers` | gauge | workers that live, when that changes and every 10 seconds |",
        "| `gunicorn.log.warning`, `.error`, `.critical` | counter | lines of the error log, also below `loglevel` |",
      ].join("\n"),
    ].join("\n\n"),
    example: "localhost:8125",
    since: "0.1.0",
    difference:
      "Gunicorn sends each metric alone, IPv4 only, and the number of workers once; it has `gunicorn.log.exception` besides, which is among the errors here.",
  }),
  dogstatsd_tags: declare({
    section: "Logging",
    kind: "text",
    schema: optionalText,
    default: null,
    flags: ["--dogstatsd-tags"],
    metavar: "TAGS",
    check: (value) => checkPart(value, TAGS_MAX_CHARS, /^[!-+\--{}~]+(?:,[!-+\--{}~]+)*$/),
    description: "Tags for every metric, as DogStatsD has them: `name:value,name:value`.",
    details: "Plain StatsD does not know tags.",
    example: "service:shop,env:production",
    since: "0.1.0",
    difference: "Gunicorn sends also what no server could read.",
  }),
  statsd_prefix: declare({
    section: "Logging",
    kind: "text",
    schema: optionalText,
    default: null,
    flags: ["--statsd-prefix"],
    metavar: "PREFIX",
    check: (value) => checkPart(value, PREFIX_MAX_CHARS, /^[A-Za-z0-9_.-]*$/),
    description: "What stands before the name of every metric; a dot is put behind it.",
    details: "With `shop` the requests are counted as `shop.gunicorn.requests`.",
    example: "shop",
    since: "0.1.0",
    difference: "Gunicorn sends also what no server could read.",
  }),
};

function checkAddress(text: string): Refusal | null {
  try {
    parseStatsdHost(text);
    return null;
  } catch (error) {
    if (!(error instanceof BindError)) throw error;
    return { message: error.message, hint: error.hint, quotesValue: true };
  }
}

function checkPart(value: unknown, maxChars: number, allowed: RegExp): Refusal | null {
  if (value === null) return null;
  const text = String(value);
  if (text.length > maxChars) return { message: `must have at most ${maxChars} characters`, hint: null, quotesValue: false };
  if (allowed.test(text)) return null;
  return {
    message: "has a character that means something else in the protocol",
    hint: "use letters, digits, dots, hyphens and underscores; tags are separated by commas",
    quotesValue: false,
  };
}
