/**
 * Programs that listen by themselves, on Bun.
 *
 * @module
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { ScriptPort } from "../../src/runtime/port.ts";
import { refuseCluster } from "../shared/script/cluster.ts";
import { setArguments } from "../shared/script/main-module.ts";
import { takeOverNodeListen } from "../shared/script/node-listen.ts";
import { Takeover } from "../shared/script/takeover.ts";
import { takeOverServe } from "./script-serve.ts";

/** The script port of Bun. */
export const scripts: ScriptPort = {
  hasFetchServers: true,
  async run(url, listener) {
    const takeover = new Takeover(listener);
    takeOverNodeListen(takeover);
    const serve = takeOverServe(takeover);
    refuseCluster(takeover);
    const path = fileURLToPath(url);
    setArguments(path);
    // From this follow `import.meta.main` and `require.main`.
    Reflect.set(Bun, "main", path);
    Reflect.set(Bun, "argv", process.argv);
    const namespace: object = await import(url);
    const fallback: unknown = "default" in namespace ? namespace.default : undefined;
    // As Bun does with its main module (https://bun.com/docs/api/http#export-default-syntax).
    const isServed = !takeover.isTaken && typeof fallback === "object" && fallback !== null && "fetch" in fallback;
    if (isServed && typeof fallback.fetch === "function") serve(fallback);
    return namespace;
  },
};
