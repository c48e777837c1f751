/** @module Addresses of setting `statsd_host`: gunicorn's forms, and `udp://`. */
import type { DatagramTarget } from "../log/datagram-target.ts";
import { BindError, parseBind } from "./bind.ts";

/** Where StatsD listens. */
export const STATSD_PORT = 8125;

/** Reads one address. Throws a {@link BindError}. */
export function parseStatsdHost(text: string): DatagramTarget {
  const address = text.trim().replace(/^udp:\/\//i, "");
  if (/^(?:tcp|fd):\/\//i.test(address)) {
    throw new BindError(`"${text}" is not an address for datagrams`, `use HOST:${STATSD_PORT} or unix:PATH`);
  }
  if (address.startsWith(":")) throw new BindError(`"${text}" has no host`, `use "localhost${address}"`);
  const hasPort = /^unix:/i.test(address) || !/^(?:[^:]*|\[[^\]]*\])$/.test(address);
  const target = parseBind(hasPort || address === "" ? address : `${address}:${STATSD_PORT}`);
  if (target.kind === "unix") return target;
  if (target.kind === "fd" || target.port === 0) throw new BindError(`"${text}" is not an address to send to`, null);
  return { kind: "udp", host: target.host, port: target.port };
}
