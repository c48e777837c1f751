import { createAdapter } from "#runtime";
import { scriptCommand } from "../support/adapter-worker.ts";
import { adapterConformance } from "./adapter.suite.ts";
import { GAPS } from "./gaps.ts";

const adapter = createAdapter({ selfCommand: scriptCommand("adapter-fixture.ts") });
adapterConformance(adapter, GAPS[adapter.name]);
