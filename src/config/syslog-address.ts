/** @module Addresses of setting `syslog_addr`: gunicorn's forms for datagrams. */
import type { DatagramTarget } from "../log/datagram-target.ts";
import { BindError, parseBind } from "./bind.ts";

/** RFC 3164 §2. */
export const SYSLOG_PORT = 514;

/** Reads one address. Throws a {@link BindError}. */
export function parseSyslogAddress(text: string): DatagramTarget {
  const address = text.trim();
  if (/^tcp:\/\//i.test(address) || /#stream$/i.test(address)) {
    throw new BindError(
      `"${text}" wants a stream`,
      `use "udp://HOST:${SYSLOG_PORT}" or "unix:///dev/log", where messages are datagrams`,
    );
  }
  if (/^unix:/i.test(address)) {
    const target = parseBind(address.replace(/#dgram$/i, ""));
    if (target.kind === "unix") return target;
  }
  const host = /^udp:\/\/(.*)$/i.exec(address)?.[1] ?? "";
  if (host === "" || host.startsWith(":") || /^(?:tcp|fd):/i.test(host)) {
    throw new BindError(`"${text}" is not an address of syslog`, `use "udp://localhost:${SYSLOG_PORT}" or "unix:///dev/log"`);
  }
  const target = parseBind(/^(?:[^:]*|\[[^\]]*\])$/.test(host) ? `${host}:${SYSLOG_PORT}` : host);
  if (target.kind !== "tcp" || target.port === 0) throw new BindError(`"${text}" is not an address to send to`, null);
  return { kind: "udp", host: target.host, port: target.port };
}
