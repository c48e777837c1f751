/**
 * Programs that listen by themselves, on Node.
 *
 * @module
 */
import type { ScriptPort } from "../../src/runtime/port.ts";
import { refuseCluster } from "../shared/script/cluster.ts";
import { runAsMain } from "../shared/script/main-module.ts";
import { takeOverNodeListen } from "../shared/script/node-listen.ts";
import { Takeover } from "../shared/script/takeover.ts";

/** The script port of Node. */
export const scripts: ScriptPort = {
  hasFetchServers: false,
  run(url, listener) {
    const takeover = new Takeover(listener);
    takeOverNodeListen(takeover);
    refuseCluster(takeover);
    return runAsMain(url, { guessesCommonJs: true });
  },
};
