import { recyclingSuite } from "./server-recycling.suite.ts";
import { reloadSuite } from "./server-reload.suite.ts";
import { upgradeSuite } from "./server-upgrade.suite.ts";
import { watchSuite } from "./server-watch.suite.ts";
import { zeroLossSuite } from "./server-zero-loss.suite.ts";

reloadSuite();
recyclingSuite();
upgradeSuite();
watchSuite();
zeroLossSuite();
