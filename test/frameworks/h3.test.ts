import { frameworkSuite } from "./driver.ts";
import { common } from "./scenarios/common.ts";
import { H3 } from "./scenarios/h3.ts";

const without = ["ranges of a file", "a range of a file that has not changed"];

frameworkSuite({ framework: "h3", scenarios: [...common({ without }), ...H3] });
