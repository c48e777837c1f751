/**
 * One origin out of what two families of fields say.
 *
 * @module
 */
import { quote, RemoteProtocolError } from "./errors.ts";
import type { RequestOrigin } from "./trust-settings.ts";

/**
 * What both say, where both are there. They must agree on all of it: a proxy that writes one family passes on what the client
 * wrote in the other one, and nothing here tells which is which. To take what only one of them says would be to believe the
 * client.
 * Throws a {@link RemoteProtocolError} (contradictory_forwarding).
 */
export function agreedOrigin(xForwarded: RequestOrigin | null, forwarded: RequestOrigin | null): RequestOrigin | null {
  if (xForwarded === null) return forwarded;
  if (forwarded === null) return xForwarded;
  requireSame("client", xForwarded.clientAddress, forwarded.clientAddress);
  requireSame("scheme", xForwarded.scheme, forwarded.scheme);
  requireSame("host", xForwarded.authority.toLowerCase(), forwarded.authority.toLowerCase());
  if (xForwarded.clientPort === forwarded.clientPort) return xForwarded;
  // Many proxies tell it in one of them only; it is not worth a refusal, nor a guess.
  return { ...xForwarded, clientPort: 0 };
}

function requireSame(what: string, xForwarded: string, forwarded: string): void {
  if (xForwarded === forwarded) return;
  throw new RemoteProtocolError(
    "contradictory_forwarding",
    `with X-Forwarded the ${what} is ${quote(xForwarded)} and with Forwarded ${quote(forwarded)}, ` +
      "set forwarded_source to the one that the proxy writes (x-forwarded or forwarded)",
  );
}
