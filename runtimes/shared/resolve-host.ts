/**
 * Host names to addresses, the same way on every runtime.
 *
 * @module
 */
import { lookup } from "node:dns/promises";
import { isIPv4, isIPv6 } from "node:net";
import { SystemCallError, wrapError } from "./system-error.ts";

/** Looks a host name up, IPv4 before IPv6; a literal address answers itself. Rejects with a SystemError (`ENOTFOUND`, `EAI_AGAIN`). */
export async function resolveHost(host: string): Promise<{ readonly family: 4 | 6; readonly host: string }> {
  if (isIPv4(host)) return { family: 4, host };
  if (isIPv6(host)) return { family: 6, host };
  const action = `Cannot resolve "${host}"`;
  try {
    const found = await lookup(host, { all: true });
    const first = found.find(({ family }) => family === 4) ?? found[0];
    if (first !== undefined) return { family: first.family === 6 ? 6 : 4, host: first.address };
  } catch (error) {
    throw wrapError(action, error);
  }
  throw new SystemCallError(action, "ENOTFOUND");
}
