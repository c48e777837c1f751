/** @module Where metrics go, as plain data. */

/** Where datagrams are sent to. A path is absolute, relative to the working directory, or `@abstract`. */
export type DatagramTarget =
  | { readonly kind: "udp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** Settings `statsd_host`, `statsd_prefix`, `dogstatsd_tags`. */
export interface StatsdSettings {
  readonly target: DatagramTarget;
  /** Before every name, with its dot; may be empty. */
  readonly prefix: string;
  /** `name:value,…`; may be empty. */
  readonly tags: string;
}

/** As messages name it. */
export function describeTarget(target: DatagramTarget): string {
  if (target.kind === "unix") return `unix:${target.path}`;
  return `${target.host.includes(":") ? `[${target.host}]` : target.host}:${target.port}`;
}
