/**
 * A program that starts workers of its own through `node:cluster`.
 *
 * @module
 */
import cluster from "node:cluster";
import { syncBuiltinESMExports } from "node:module";
import type { Takeover } from "./takeover.ts";

const REASON =
  "it starts workers of its own (cluster.fork), which tsgunicorn does instead. Take that out, let the program listen in every process, and " +
  "say how many with --workers";

/** From now on, in this process. */
export function refuseCluster(takeover: Takeover): void {
  Object.defineProperty(cluster, "fork", {
    value: (): never => {
      throw takeover.refuse(REASON);
    },
    configurable: true,
    writable: true,
  });
  syncBuiltinESMExports();
}
