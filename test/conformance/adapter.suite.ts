import { afterEach, beforeEach, describe } from "node:test";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RuntimeAdapter, WorkerRuntime } from "../../src/runtime/port.ts";
import { Site } from "../support/adapter-worker.ts";
import { contracts, type Gap } from "../support/contract.ts";
import { destroyClients } from "../support/raw-client.ts";
import { killPrograms } from "../support/run-program.ts";
import { acceptContracts } from "./adapter-accept.suite.ts";
import { clientContracts } from "./adapter-client.suite.ts";
import { logContracts, processContracts } from "./adapter-process.suite.ts";
import { socketContracts } from "./adapter-sockets.suite.ts";
import { captureContracts, workerContracts } from "./adapter-workers.suite.ts";

/** A place for one test: sockets, workers and a folder that are gone afterwards. `runtime`: of the workers, where it is another. */
export function useSite(
  adapter: RuntimeAdapter,
  runtime: WorkerRuntime | null = null,
): { readonly site: () => Site; readonly folder: () => string } {
  let current: { readonly site: Site; readonly folder: string } | null = null;
  beforeEach(async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "tsgunicorn-test-")));
    current = { site: new Site(adapter, await adapter.sockets(), runtime), folder };
  });
  afterEach(async () => {
    destroyClients();
    killPrograms();
    await current?.site.stop();
    rmSync(current?.folder ?? "", { recursive: true, force: true });
  });
  const get = (): { readonly site: Site; readonly folder: string } => {
    if (current === null) throw new Error("Outside of a test");
    return current;
  };
  return { site: () => get().site, folder: () => get().folder };
}

/** Everything that the core relies on, for one adapter. */
export function adapterConformance(adapter: RuntimeAdapter, gaps: readonly Gap[]): void {
  describe(`RuntimeAdapter on ${adapter.name}`, () => {
    const { contract, finish } = contracts(gaps);
    const { site, folder } = useSite(adapter);
    processContracts(contract, adapter, folder);
    logContracts(contract, adapter, folder);
    socketContracts(contract, site, folder);
    workerContracts(contract, site, folder);
    captureContracts(contract, folder);
    acceptContracts(contract, site, folder);
    clientContracts(contract, site);
    finish();
  });
}
