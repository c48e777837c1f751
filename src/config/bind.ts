/** @module Addresses to listen on, as the setting `bind` writes them (gunicorn's forms, and abstract unix sockets). */

/** Gunicorn's port where none is given. */
export const DEFAULT_PORT = 8000;

const PORT_MAX = 65_535;
/** Far above any limit of open files. */
const FD_MAX = 1_048_575;
/** `sun_path` of Linux less its final NUL. An abstract name has one NUL too, at its beginning, where the text has `@`. */
const UNIX_PATH_MAX_BYTES = 107;

/**
 * What to listen on. A host is a literal address (IPv6 without brackets) or a name in lower case; a path is absolute, relative,
 * or `@abstract`.
 */
export type BindTarget =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "fd"; readonly fd: number };

/** Text that is no address. */
export class BindError extends Error {
  override readonly name: string = "BindError";
  /** What to write instead; null where that is not clear. */
  readonly hint: string | null;

  constructor(message: string, hint: string | null) {
    super(message);
    this.hint = hint;
  }
}

/** Reads one address. Throws a {@link BindError}. */
export function parseBind(text: string): BindTarget {
  const trimmed = text.trim();
  if (trimmed === "") throw new BindError("an address must not be empty", 'use ":8000" for all IPv4 addresses');
  if (/^unix:/i.test(trimmed)) return parseUnix(trimmed.slice("unix:".length).replace(/^\/\//, ""));
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(trimmed) ?? [];
  if (scheme === undefined || rest === undefined) return parseTcp(trimmed);
  switch (scheme.toLowerCase()) {
    case "tcp":
      return parseTcp(rest);
    case "fd":
      return parseDescriptor(rest);
    default:
      throw new BindError(`"${scheme}://" is not a kind of address`, 'use "tcp://", "unix:" or "fd://", or no scheme');
  }
}

/** The shortest text that {@link parseBind} reads as `target`. */
export function formatBind(target: BindTarget): string {
  switch (target.kind) {
    case "tcp":
      return `${target.host.includes(":") ? `[${target.host}]` : target.host}:${target.port}`;
    case "unix":
      return `unix:${target.path}`;
    case "fd":
      return `fd://${target.fd}`;
  }
}

/** Puts `directory` before a relative unix path. Throws a {@link BindError} for a path that no socket can have. */
export function resolveBind(target: BindTarget, directory: string): BindTarget {
  if (target.kind !== "unix") return target;
  const path = /^[/@]/.test(target.path) ? target.path : `${directory.replace(/\/$/, "")}/${target.path}`;
  const sizeBytes = new TextEncoder().encode(path).length;
  if (sizeBytes > UNIX_PATH_MAX_BYTES) {
    throw new BindError(
      `the path "${path}" has ${sizeBytes} bytes, a unix socket may have ${UNIX_PATH_MAX_BYTES}`,
      "use a shorter path",
    );
  }
  return { kind: "unix", path };
}

function parseUnix(path: string): BindTarget {
  if (path === "" || path === "@") {
    throw new BindError("a unix socket needs a path or a name", 'use "unix:run/app.sock" or "unix:@app"');
  }
  if (path.includes("\0")) throw new BindError("a path must not contain a NUL character", null);
  if (path.endsWith("/")) throw new BindError(`"${path}" is a directory, not the path of a socket`, null);
  return { kind: "unix", path };
}

function parseDescriptor(text: string): BindTarget {
  const fd = /^[0-9]{1,7}$/.test(text) ? Number(text) : Infinity;
  if (fd > FD_MAX) throw new BindError(`"${text}" is not a file descriptor`, 'use a number, as in "fd://3"');
  return { kind: "fd", fd };
}

function parseTcp(text: string): BindTarget {
  if (/^[0-9]+$/.test(text)) throw new BindError(`"${text}" is neither a host nor a port`, `use ":${text}" for a port`);
  if (text.startsWith("[")) return parseBracketed(text);
  const [host = "", port, ...more] = text.split(":");
  if (more.length > 0) {
    const hint = ipv6(text) === null ? "use HOST:PORT" : `use "[${text}]:${DEFAULT_PORT}"`;
    throw new BindError(`"${text}" has more than one colon`, hint);
  }
  if (host === "" && port === undefined) {
    throw new BindError("an address must not be empty", 'use ":8000" for all IPv4 addresses');
  }
  return { kind: "tcp", host: host === "" ? "0.0.0.0" : readHost(host), port: readPort(port) };
}

function parseBracketed(text: string): BindTarget {
  const [, inner = "", port] = /^\[([^\]]*)\](?::(.*))?$/s.exec(text) ?? [];
  const host = ipv6(inner);
  if (host === null) throw new BindError(`"${text}" is not an IPv6 address`, 'use "[::1]:8000"');
  return { kind: "tcp", host, port: readPort(port) };
}

function readPort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  if (text === "") throw new BindError("the port behind the colon is missing", `use a number from 0 to ${PORT_MAX}`);
  if (!/^[0-9]+$/.test(text)) throw new BindError(`"${text}" is not a port number`, `use a number from 0 to ${PORT_MAX}`);
  const port = Number(text);
  if (port > PORT_MAX) throw new BindError(`port ${text} is too high`, `use a number from 0 to ${PORT_MAX}`);
  return port;
}

function readHost(text: string): string {
  if (text.includes("/")) throw new BindError(`"${text}" is not a host`, `use "unix:${text}" for a unix socket`);
  if (text === "*") throw new BindError('"*" is not a host', 'use ":8000" for all IPv4 addresses, "[::]:8000" for IPv6');
  if (/^[0-9.]+$/.test(text)) return readIpv4(text);
  // RFC 1123 §2.1, and the underscore that container networks put into names.
  if (text.length > 253 || !/^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*\.?$/i.test(text)) {
    throw new BindError(`"${text}" is not a host name`, null);
  }
  return text.toLowerCase();
}

function readIpv4(text: string): string {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)) {
    throw new BindError(`"${text}" is not an IPv4 address`, null);
  }
  return text;
}

/** The address in its shortest form, or null. The URL parser knows the grammar (WHATWG URL §3.5); a zone is refused. */
function ipv6(text: string): string | null {
  const url = /^[0-9a-f:.]+$/i.test(text) ? `http://[${text}]/` : "";
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : null;
}
