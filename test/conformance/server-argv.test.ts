import { argvSuite } from "./server-argv.suite.ts";

argvSuite();
