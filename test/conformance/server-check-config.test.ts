import { checkConfigSuite } from "./server-check-config.suite.ts";

checkConfigSuite();
