import { loggingSuite } from "./server-logging.suite.ts";

loggingSuite();
