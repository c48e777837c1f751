import { lifecycleSuite } from "./server-lifecycle.suite.ts";
import { slowSuite } from "./server-slow.suite.ts";
import { startSuite } from "./server-start.suite.ts";
import { trafficSuite } from "./server-traffic.suite.ts";
import { wireSuite } from "./server-wire.suite.ts";

startSuite();
trafficSuite();
wireSuite();
lifecycleSuite();
slowSuite();
