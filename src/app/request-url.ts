/**
 * The absolute URL of a request (RFC 9110 §7.1), spelled as the URL standard serializes it.
 *
 * @module
 */
import type { RequestHead } from "../http/events.ts";
import type { PeerInfo } from "./application.ts";

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

/** Never throws: where the client named no host, or one that no URL can have, the address that it connected to takes the place. */
export function requestUrl(head: RequestHead, peer: PeerInfo): string {
  const scheme = peer.secure ? "https://" : "http://";
  if (head.form === "absolute") {
    const url = parse(encodeHighBytes(head.target));
    if (url !== null) return withoutUserInfo(url).href;
  }
  const origin = originOf(scheme, head.authority) ?? scheme + localAuthority(peer);
  if (head.form === "authority" || head.form === "absolute") return `${origin}/`;
  const target = head.form === "asterisk" ? "/*" : head.target;
  if (!NEEDS_NORMALIZING.test(target)) return origin + target;
  return parse(origin + encodeHighBytes(target))?.href ?? `${origin}/`;
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

function localAuthority(peer: PeerInfo): string {
  if (peer.localAddress === "") return "localhost";
  // No URL can have the zone of a link-local address (the URL standard leaves RFC 6874 out).
  const host = peer.localAddress.includes(":") ? `[${peer.localAddress.replace(/%.*/, "")}]` : peer.localAddress;
  const isDefault = peer.localPort === (peer.secure ? 443 : 80);
  return isDefault ? host : `${host}:${peer.localPort}`;
}

/** A byte above 0x7F is one character here; it stands for itself, not for the UTF-8 form of that character. */
function encodeHighBytes(target: string): string {
  return target.replace(HIGH_BYTE, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function withoutUserInfo(url: URL): URL {
  url.username = "";
  url.password = "";
  return url;
}

/** `URL.parse` is newer than the oldest Node that is supported. */
function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
