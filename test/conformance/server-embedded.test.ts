import { embeddedSuite } from "./server-embedded.suite.ts";

embeddedSuite();
