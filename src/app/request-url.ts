/**
 * The absolute URL of a request (RFC 9110 §7.1), spelled as the URL standard serializes it.
 *
 * @module
 */
import type { Exchange, PeerInfo } from "./application.ts";

/**
 * Targets that `new URL` would spell differently: characters that it encodes or turns into others, and dot segments, also with
 * their dots encoded. Everything else is passed on as it is, which saves the parse.
 */
const NEEDS_NORMALIZING = /[^!$-&(-;=?-Z_a-z~[\]]|\/\.|%2[eE]/;

/** Hosts that `new URL` leaves alone: a name whose last label is not a number, without a port. `xn--` labels are checked by it. */
const PLAIN_HOST = /^(?!.*xn--)(?:[a-z0-9_-]+\.)*[a-z_][a-z0-9_-]*$/;

const HIGH_BYTE = /[\x80-\xff]/g;

/** Remembers the last origin: a worker is asked for the same one again and again. */
interface OriginCache {
  scheme: string;
  authority: string;
  origin: string | null;
}

const last: OriginCache = { scheme: "", authority: "", origin: null };

/** Scheme and authority of an absolute-form target whose place the origin takes. */
const HTTP_AUTHORITY = /^https?:\/\/[^/?]*/i;

/**
 * Never throws: where the client named no host, or one that no URL can have, the address that it connected to takes the place.
 *
 * | form of the target | scheme | host and port | rest |
 * |---|---|---|---|
 * | origin, `/p?q` | origin | origin | target |
 * | absolute, `http://h/p?q`, `https:` too | origin | origin | target behind its authority |
 * | absolute, another scheme | target | target | target |
 * | authority, `h:443` (CONNECT) | origin | target | `/` |
 * | asterisk, `*` | origin | origin | `/*` |
 *
 * "Origin" is {@link Exchange.origin}: its authority is the one in an absolute target, which wins over Host (RFC 9112 §3.2.2), unless a
 * trusted proxy names another. Its scheme is `https` where the connection is secure or a trusted proxy says that the client's is; what
 * the client writes before `://` proves nothing (RFC 9110 §7.4), and an application must not take it for a secure connection.
 */
export function requestUrl(exchange: Pick<Exchange, "head" | "peer" | "origin">): string {
  const { head, peer, origin } = exchange;
  const isSecure = origin.scheme === "https";
  let { target } = head;
  let { authority } = origin;
  switch (head.form) {
    case "absolute": {
      const named = HTTP_AUTHORITY.exec(target);
      if (named === null) return foreignUrl(target) ?? `${baseUrl(peer, isSecure, authority)}/`;
      target = target.slice(named[0].length);
      if (!target.startsWith("/")) target = `/${target}`;
      break;
    }
    case "authority":
      // Where a tunnel goes is what the client asks for, whatever name of this server a proxy passes on.
      target = "/";
      authority = head.authority;
      break;
    case "asterisk":
      target = "/*";
      break;
  }
  const base = baseUrl(peer, isSecure, authority);
  if (!NEEDS_NORMALIZING.test(target)) return base + target;
  return parse(base + encodeHighBytes(target))?.href ?? `${base}/`;
}

/** Scheme, host and port. */
function baseUrl(peer: PeerInfo, isSecure: boolean, authority: string): string {
  const scheme = isSecure ? "https://" : "http://";
  return originOf(scheme, authority) ?? scheme + localAuthority(peer, isSecure);
}

/** Scheme and host without a default port; null where the authority is empty or unfit for a URL. */
function originOf(scheme: string, authority: string): string | null {
  if (last.authority === authority && last.scheme === scheme) return last.origin;
  last.scheme = scheme;
  last.authority = authority;
  last.origin = computeOrigin(scheme, authority);
  return last.origin;
}

function computeOrigin(scheme: string, authority: string): string | null {
  if (authority === "") return null;
  if (PLAIN_HOST.test(authority)) return scheme + authority;
  // Characters that would move the borders of the host: a Host field cannot bring a path, a query or user information.
  if (/[/\\?#@]/.test(authority)) return null;
  return parse(scheme + authority)?.origin ?? null;
}

function localAuthority(peer: PeerInfo, isSecure: boolean): string {
  if (peer.localAddress === "") return "localhost";
  // No URL can have the zone of a link-local address (the URL standard leaves RFC 6874 out).
  const host = peer.localAddress.includes(":") ? `[${peer.localAddress.replace(/%.*/, "")}]` : peer.localAddress;
  const isDefault = peer.localPort === (isSecure ? 443 : 80);
  return isDefault ? host : `${host}:${peer.localPort}`;
}

/** A byte above 0x7F is one character here; it stands for itself, not for the UTF-8 form of that character. */
function encodeHighBytes(target: string): string {
  return target.replace(HIGH_BYTE, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** What a client asks of a proxy for another scheme; null where that is no URL. */
function foreignUrl(target: string): string | null {
  const url = parse(encodeHighBytes(target));
  if (url === null) return null;
  url.username = "";
  url.password = "";
  return url.href;
}

/** `URL.parse` is newer than the oldest Node that is supported. */
function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
