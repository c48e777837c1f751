import { frameworkSuite } from "./driver.ts";
import { get } from "./scenario.ts";
import { common } from "./scenarios/common.ts";
import { EXPRESS } from "./scenarios/express.ts";
import { NODE_OBJECTS } from "./scenarios/node-objects.ts";

frameworkSuite({
  framework: "express4",
  scenarios: [
    ...common(),
    ...EXPRESS,
    ...NODE_OBJECTS,
    { name: "patterns of version 4", steps: [get("/acd"), get("/abcd"), get("/butterfly")], status: [200, 200, 200] },
  ],
});
