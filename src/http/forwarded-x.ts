/**
 * What the `X-Forwarded-*` fields and `secure_scheme_headers` of a trusted peer say. No standard describes them; they are read
 * as nginx, HAProxy and the load balancers of the clouds write them.
 *
 * @module
 */
import { endOfHost, isAuthority } from "./authority.ts";
import { quote, RemoteProtocolError } from "./errors.ts";
import type { Fields } from "./events.ts";
import { elementBeside, endOfList, type ListEnd } from "./forwarded-list.ts";
import { parseForwardedFor } from "./forwarded-node.ts";
import { type Walk, walkToClient } from "./forwarded-walk.ts";
import type { IpNetworks } from "./ip-networks.ts";
import type { SecureSchemes } from "./trust-schemes.ts";
import type { RequestOrigin } from "./trust-settings.ts";

/** Names of the family that are no matter of `secure_scheme_headers`, in lower case. */
export const X_FORWARDED_NAMES: readonly string[] = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-port"];

const PORT = /^[1-9][0-9]{0,4}$/;
const PORT_MAX = 65_535;

/** Values of the family's fields in their order. */
interface Found {
  readonly forValues: string[];
  readonly hostValues: string[];
  readonly portValues: string[];
  /** Name in lower case, value, name, value. */
  readonly schemeFields: string[];
}

/**
 * The origin by these fields, with their names in lower case; null where there are none. What they do not say is as
 * `connection` has it.
 * Throws a {@link RemoteProtocolError} (contradictory_forwarding, bad_forwarding).
 */
export function xForwardedOrigin(
  fields: Fields,
  connection: RequestOrigin,
  trusted: IpNetworks,
  schemes: SecureSchemes,
): RequestOrigin | null {
  const found = findFields(fields, schemes);
  if (found === null) return null;
  const walk = walkForwardedFor(endOfList(found.forValues), trusted);
  const place = walk?.place ?? 0;
  const scheme = schemes.decide(found.schemeFields, place) ?? connection.scheme;
  const host = readHost(elementBeside(endOfList(found.hostValues), place));
  const port = readPort(elementBeside(endOfList(found.portValues), place));
  return {
    scheme,
    authority: addPort(host ?? connection.authority, host === null || !hasPort(host) ? port : null, scheme),
    clientAddress: walk?.clientAddress ?? connection.clientAddress,
    clientPort: walk?.clientPort ?? connection.clientPort,
  };
}

function findFields(fields: Fields, schemes: SecureSchemes): Found | null {
  const found: Found = { forValues: [], hostValues: [], portValues: [], schemeFields: [] };
  let isFound = false;
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const lowerName = fields[i] ?? "";
    const value = fields[i + 1] ?? "";
    if (lowerName === "x-forwarded-for") found.forValues.push(value);
    else if (lowerName === "x-forwarded-host") found.hostValues.push(value);
    else if (lowerName === "x-forwarded-port") found.portValues.push(value);
    else if (schemes.has(lowerName)) found.schemeFields.push(lowerName, value);
    else continue;
    isFound = true;
  }
  return isFound ? found : null;
}

/** Null where X-Forwarded-For has no element: it says nothing then. */
function walkForwardedFor(list: ListEnd, trusted: IpNetworks): Walk | null {
  const { elements, isWhole } = list;
  if (elements.length === 0) return null;
  return walkToClient(elements.length, isWhole, (place) => parseForwardedFor(elements[place] ?? ""), trusted);
}

function readHost(text: string): string | null {
  if (text === "") return null;
  if (!isAuthority(text)) throw new RemoteProtocolError("bad_forwarding", `X-Forwarded-Host: ${quote(text)} is no host`);
  return text;
}

function readPort(text: string): number | null {
  if (text === "") return null;
  if (!PORT.test(text) || Number(text) > PORT_MAX) {
    throw new RemoteProtocolError("bad_forwarding", `X-Forwarded-Port: ${quote(text)} is no port`);
  }
  return Number(text);
}

/** With that port instead of its own; the default port of a scheme is left out. Null, or no host at all: unchanged. */
function addPort(authority: string, port: number | null, scheme: "http" | "https"): string {
  if (port === null || authority === "") return authority;
  const host = authority.slice(0, endOfHost(authority));
  return port === (scheme === "https" ? 443 : 80) ? host : `${host}:${port}`;
}

function hasPort(authority: string): boolean {
  return endOfHost(authority) < authority.length;
}
