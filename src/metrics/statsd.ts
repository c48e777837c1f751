/**
 * Metrics in the StatsD format, with gunicorn's names. Counters are added up for a moment and sent together.
 *
 * @module
 */
import type { ClockPort, Undo } from "../runtime/port.ts";
import type { Outlet } from "../log/outlet.ts";
import type { StatsdSettings } from "./statsd-settings.ts";

/** How long a metric waits for company. */
export const STATSD_FLUSH_AFTER_MS = 500;
/** What a datagram holds at most: with its headers it fits into an Ethernet frame, and all are ASCII. */
const DATAGRAM_MAX_BYTES = 1432;

const DECIMALS_OF_MS = 1000;

/** Takes metrics. `name` is without the prefix. */
export class Statsd {
  readonly #outlet: Outlet;
  readonly #clock: ClockPort;
  readonly #prefix: string;
  readonly #suffix: string;
  /** By name. As many as there are names: three levels, and the status codes. */
  readonly #counts: Map<string, number> = new Map();
  #lines = "";
  #timer: Undo | null = null;

  constructor(outlet: Outlet, clock: ClockPort, { prefix, tags }: Pick<StatsdSettings, "prefix" | "tags">) {
    this.#outlet = outlet;
    this.#clock = clock;
    this.#prefix = prefix;
    this.#suffix = tags === "" ? "" : `|#${tags}`;
  }

  /** One more. */
  increment(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    this.#flushLater();
  }

  /** How long something took, in milliseconds. */
  timing(name: string, ms: number): void {
    this.#add(`${name}:${Math.round(ms * DECIMALS_OF_MS) / DECIMALS_OF_MS}|ms`);
    this.#flushLater();
  }

  /** How many there are. */
  gauge(name: string, value: number): void {
    this.#add(`${name}:${value}|g`);
    this.#flushLater();
  }

  /** Sends what waits. */
  flush(): void {
    this.#timer?.();
    this.#timer = null;
    for (const [name, number] of this.#counts) this.#add(`${name}:${number}|c|@1.0`);
    this.#counts.clear();
    this.#sendLines();
  }

  close(): void {
    this.flush();
    this.#outlet.close();
  }

  #add(metric: string): void {
    const line = `${this.#prefix}${metric}${this.#suffix}`;
    if (this.#lines.length + 1 + line.length > DATAGRAM_MAX_BYTES) this.#sendLines();
    this.#lines = this.#lines === "" ? line : `${this.#lines}\n${line}`;
  }

  #sendLines(): void {
    if (this.#lines !== "") this.#outlet.send(this.#lines);
    this.#lines = "";
  }

  #flushLater(): void {
    this.#timer ??= this.#clock.after(STATSD_FLUSH_AFTER_MS, () => this.flush());
  }
}
