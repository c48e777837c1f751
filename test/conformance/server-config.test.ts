import { configSuite } from "./server-config.suite.ts";

configSuite();
