/**
 * Programs that listen by themselves, on Deno.
 *
 * @module
 */
import { createSecureServer, createServer } from "node:http2";
import type { ScriptPort } from "../../src/runtime/port.ts";
import { refuseCluster } from "../shared/script/cluster.ts";
import { runAsMain } from "../shared/script/main-module.ts";
import { takeOverNodeListen } from "../shared/script/node-listen.ts";
import { Takeover } from "../shared/script/takeover.ts";
import { takeOverServe } from "./script-serve.ts";

/** The script port of Deno. */
export const scripts: ScriptPort = {
  hasFetchServers: true,
  run(url, listener) {
    const takeover = new Takeover(listener);
    takeOverNodeListen(takeover, [createServer(), createSecureServer({})].map((server) => Object.getPrototypeOf(server)));
    takeOverServe(takeover);
    refuseCluster(takeover);
    Object.defineProperty(Deno, "mainModule", { value: url, configurable: true });
    Object.defineProperty(Deno, "args", { value: [], configurable: true });
    return runAsMain(url, { guessesCommonJs: false });
  },
};
