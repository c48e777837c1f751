/**
 * Who the client is, from the list of those who talked to the proxies on the way. The peer is trusted, so it is believed who
 * talked to it; if that one is trusted too, it is believed as well, and so on from right to left. Everything on the left of the
 * first address that is not trusted was written by somebody who may lie.
 *
 * @module
 */
import type { NodeReading } from "./forwarded-node.ts";
import { formatIpAddress } from "./ip-address.ts";
import type { IpNetworks } from "./ip-networks.ts";

/** Where a walk ended. */
export interface Walk {
  /** Number of elements on the right of the client's. */
  readonly place: number;
  /** Canonical text; empty where the client is not known. */
  readonly clientAddress: string;
  /** 0 where it is not known. */
  readonly clientPort: number;
}

/**
 * Walks over `count` elements, at least one; `nodeAt` reads the one with so many others on its right. `isWhole`: nothing is on
 * the left of them. An element that is no address ends the walk, and so does the bound of the list: the client is unknown then.
 * The address on the right of it is one of our own proxies, and somebody unknown must not get the rights that an application
 * gives to those. If all are trusted, the leftmost is the client.
 */
export function walkToClient(
  count: number,
  isWhole: boolean,
  nodeAt: (place: number) => NodeReading,
  trusted: IpNetworks,
): Walk {
  for (let place = 0; place < count; place += 1) {
    const node = nodeAt(place);
    if (node === null || node === "hidden") return { place, clientAddress: "", clientPort: 0 };
    const isLeftmost = isWhole && place === count - 1;
    if (isLeftmost || !trusted.hasParsed(node.address)) {
      return { place, clientAddress: formatIpAddress(node.address), clientPort: node.port };
    }
  }
  return { place: count - 1, clientAddress: "", clientPort: 0 };
}
