/**
 * `authority` without userinfo: the value of Host, and the part of a request-target that names the server
 * (RFC 9110 §7.2, RFC 3986 §3.2).
 *
 * @module
 */
import { parseIpAddress } from "./ip-address.ts";

/** Nearly every Host there is; a port of four digits needs no check of its range. */
const COMMON_AUTHORITY = /^[A-Za-z0-9.\-_~]+(?::[0-9]{1,4})?$/;

/** `reg-name` less the comma, which is what two Host fields joined by somebody in between look like. */
const REG_NAME = /^(?:[A-Za-z0-9.\-_~!$&'()*+;=]|%[0-9A-Fa-f]{2})+$/;

const PORT = /^[0-9]{0,5}$/;
const PORT_MAX = 65_535;

/** Whether `text` is `uri-host [ ":" port ]` with a host. Userinfo is refused (RFC 9110 §4.2.4), and so is `IPvFuture`. */
export function isAuthority(text: string): boolean {
  if (COMMON_AUTHORITY.test(text)) return true;
  const hostEnd = endOfHost(text);
  if (hostEnd === text.length) return isHost(text);
  const port = text.slice(hostEnd + 1);
  return text.charAt(hostEnd) === ":" && isHost(text.slice(0, hostEnd)) && PORT.test(port) && Number(port) <= PORT_MAX;
}

/** Whether `text` is an authority with a port that one can connect to, as CONNECT needs it (RFC 9110 §9.3.6). */
export function isHostAndPort(text: string): boolean {
  return isAuthority(text) && Number(text.slice(endOfHost(text) + 1)) > 0;
}

/** Where the host of an authority ends: at the colon of its port, or with the text. */
export function endOfHost(text: string): number {
  const end = text.startsWith("[") ? text.indexOf("]") + 1 : text.indexOf(":");
  return end <= 0 ? text.length : end;
}

function isHost(host: string): boolean {
  return host.startsWith("[") ? host.endsWith("]") && isIpv6(host.slice(1, -1)) : REG_NAME.test(host);
}

/** `IPv6address` (RFC 3986 §3.2.2), in brackets the only kind of address. */
function isIpv6(text: string): boolean {
  return text.includes(":") && parseIpAddress(text) !== null;
}
