import { faultsSuite } from "./server-faults.suite.ts";
import { hooksSuite } from "./server-hooks.suite.ts";
import { processSuite } from "./server-process.suite.ts";
import { runtimeSuite } from "./server-runtime.suite.ts";
import { signalsSuite } from "./server-signals.suite.ts";
import { systemdSuite } from "./server-systemd.suite.ts";

systemdSuite();
runtimeSuite();
hooksSuite();
processSuite();
faultsSuite();
signalsSuite();
