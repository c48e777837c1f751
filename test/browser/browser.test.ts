import { siteSuite } from "./site.suite.ts";
import { liveSuite } from "./live.suite.ts";

siteSuite();
liveSuite();
