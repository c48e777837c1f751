/** @module The node interface of the port, the same on all runtimes. */
import { Server } from "node:http";
import type { NodeHttpPort, NodeListener } from "../../../src/runtime/port.ts";
import { attachListener, attachServer } from "./bridge.ts";

/** See `RuntimeAdapter.nodeHttp`. */
export const nodeHttp: NodeHttpPort = {
  isServer: (value): value is object => value instanceof Server,
  serve(target, host) {
    if (target instanceof Server) return attachServer(target, host);
    if (isListener(target)) return attachListener(target, host);
    throw new Error("The node interface serves an http.Server or a function of (request, response)");
  },
};

function isListener(value: unknown): value is NodeListener {
  return typeof value === "function";
}
