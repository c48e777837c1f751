/** @module Where metrics go, as plain data. */
import type { DatagramTarget } from "../log/datagram-target.ts";

/** Settings `statsd_host`, `statsd_prefix`, `dogstatsd_tags`. */
export interface StatsdSettings {
  readonly target: DatagramTarget;
  /** Before every name, with its dot; may be empty. */
  readonly prefix: string;
  /** `name:value,…`; may be empty. */
  readonly tags: string;
}
