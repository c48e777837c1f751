import { interfacesSuite } from "./server-interfaces.suite.ts";

interfacesSuite();
