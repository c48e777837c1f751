/** @module What an arbiter counts: its workers, and what its log says is wrong. */
import type { Logger } from "../log/logger.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";
import { DatagramOutlet } from "../log/outlet.ts";
import { Statsd } from "./statsd.ts";
import type { StatsdSettings } from "./statsd-settings.ts";

/** A gauge that was lost is sent again after this time at most. Gunicorn sends it once. */
const REPEAT_AFTER_MS = 10_000;

/** Does nothing until {@link use} is called with a target. */
export class ArbiterMetrics {
  readonly #adapter: Pick<RuntimeAdapter, "sockets" | "clock">;
  readonly #log: Logger;
  #statsd: Statsd | null = null;
  /** What {@link use} was called with last, to compare. */
  #used = "null";
  #workers = -1;
  #sentAtMs = 0;

  /** `log`: hears what is wrong with the metrics themselves. */
  constructor(adapter: Pick<RuntimeAdapter, "sockets" | "clock">, log: Logger) {
    this.#adapter = adapter;
    this.#log = log;
  }

  /** Sends there from now on; null: nowhere. */
  use(settings: StatsdSettings | null): void {
    const now = JSON.stringify(settings);
    if (now === this.#used) return;
    this.#used = now;
    this.close();
    this.#workers = -1;
    if (settings === null) return;
    const { clock } = this.#adapter;
    const outlet = new DatagramOutlet({ adapter: this.#adapter, log: this.#log, setting: "statsd_host" }, settings.target);
    this.#statsd = new Statsd(outlet, clock, settings);
  }

  count(metric: string): void {
    this.#statsd?.increment(metric);
  }

  /** So many live now. Called at every change, and at every turn of the main loop. */
  workers(count: number): void {
    const statsd = this.#statsd;
    if (statsd === null) return;
    const nowMs = this.#adapter.clock.monotonicMs();
    if (count === this.#workers && nowMs < this.#sentAtMs + REPEAT_AFTER_MS) return;
    this.#workers = count;
    this.#sentAtMs = nowMs;
    statsd.gauge("gunicorn.workers", count);
  }

  /** Sends what waits, and nothing more. */
  close(): void {
    this.#statsd?.close();
    this.#statsd = null;
  }
}
