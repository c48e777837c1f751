import { cliSuite } from "./server-cli.suite.ts";

cliSuite();
