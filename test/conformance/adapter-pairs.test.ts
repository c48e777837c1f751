/**
 * The contracts of spawning with workers on the other runtimes: with the three runtimes of the tests, all nine pairs.
 */
import process from "node:process";
import { describe } from "node:test";
import { fileURLToPath } from "node:url";
import { createAdapter } from "#runtime";
import { scriptCommand } from "../support/adapter-worker.ts";
import { contracts } from "../support/contract.ts";
import { acceptContracts } from "./adapter-accept.suite.ts";
import { useSite } from "./adapter.suite.ts";
import { workerContracts } from "./adapter-workers.suite.ts";
import { PAIR_GAPS } from "./gaps.ts";
import { trapSuite } from "./traps.suite.ts";

const script = "adapter-fixture.ts";
const adapter = createAdapter({
  selfCommand: scriptCommand(script),
  foreignScript: fileURLToPath(new URL(`../support/${script}`, import.meta.url)),
});

for (const name of (["node", "bun", "deno"] as const).filter((each) => each !== adapter.name)) {
  const runtime = await adapter.spawner.findRuntime(name, process.cwd());
  describe(`workers on ${runtime.name} of an arbiter on ${adapter.name}`, () => {
    const { contract } = contracts(PAIR_GAPS[`${adapter.name} ${name}`] ?? []);
    const { site, folder } = useSite(adapter, runtime);
    workerContracts(contract, site, folder);
    acceptContracts(contract, site, folder);
    trapSuite(site);
  });
}
