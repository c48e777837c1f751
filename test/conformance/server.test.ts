import { lifecycleSuite } from "./server-lifecycle.suite.ts";
import { startSuite } from "./server-start.suite.ts";
import { wireSuite } from "./server-wire.suite.ts";
import { trafficSuite } from "./server-traffic.suite.ts";

startSuite();
trafficSuite();
wireSuite();
lifecycleSuite();
