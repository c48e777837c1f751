import { scriptSuite } from "./server-script.suite.ts";

scriptSuite();
