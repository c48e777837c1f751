/** @module Where datagrams are sent to, as plain data. */

/** A path is absolute, relative to the working directory, or `@abstract`. */
export type DatagramTarget =
  | { readonly kind: "udp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };
