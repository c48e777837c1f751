/**
 * What the Forwarded fields of a trusted peer say (RFC 7239 §5).
 *
 * @module
 */
import { isAuthority } from "./authority.ts";
import { quote } from "./errors.ts";
import type { Fields } from "./events.ts";
import { allFieldValues } from "./fields.ts";
import { badForwarded, type ForwardedElement, parseForwarded } from "./forwarded-elements.ts";
import { type NodeReading, parseNode } from "./forwarded-node.ts";
import { walkToClient } from "./forwarded-walk.ts";
import type { IpNetworks } from "./ip-networks.ts";
import type { RequestOrigin } from "./trust-settings.ts";

/**
 * The origin by the Forwarded fields; null where there are none. Scheme and host come from the element that tells of the
 * client. What that does not tell is as `connection` has it. An element without `for` is no address and ends the walk; if it is
 * the last one, the nearest proxy says nothing of its client, which then is the peer itself.
 * Throws a `RemoteProtocolError` (bad_forwarding).
 */
export function forwardedOrigin(fields: Fields, connection: RequestOrigin, trusted: IpNetworks): RequestOrigin | null {
  const values = allFieldValues(fields, "forwarded");
  if (values.length === 0) return null;
  const elements = parseForwarded(values);
  const nearest = elements.at(-1);
  if (nearest === undefined) return connection;
  const walk = walkToClient(elements.length, true, (place) => checkedNode(elements.at(-1 - place)), trusted);
  const element = elements.at(-1 - walk.place) ?? nearest;
  const namesClient = nearest.has("for");
  return {
    scheme: readScheme(element) ?? connection.scheme,
    authority: readHost(element) ?? connection.authority,
    clientAddress: namesClient ? walk.clientAddress : connection.clientAddress,
    clientPort: namesClient ? walk.clientPort : connection.clientPort,
  };
}

/** The node that an element names with `for`; null where it names none. */
function checkedNode(element: ForwardedElement | undefined): NodeReading {
  const by = element?.get("by");
  if (by !== undefined && parseNode(by) === null) throw badForwarded(`by=${quote(by)} is no address`);
  const text = element?.get("for");
  if (text === undefined) return null;
  const node = parseNode(text);
  if (node === null) throw badForwarded(`for=${quote(text)} is no address`);
  return node;
}

function readScheme(element: ForwardedElement): "http" | "https" | null {
  const text = element.get("proto");
  if (text === undefined) return null;
  const scheme = text.toLowerCase();
  if (scheme !== "http" && scheme !== "https") throw badForwarded(`proto=${quote(text)} is neither http nor https`);
  return scheme;
}

function readHost(element: ForwardedElement): string | null {
  const host = element.get("host");
  if (host === undefined) return null;
  if (!isAuthority(host)) throw badForwarded(`host=${quote(host)} is no host`);
  return host;
}
