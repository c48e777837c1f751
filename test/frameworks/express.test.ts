import { frameworkSuite } from "./driver.ts";
import { get } from "./scenario.ts";
import { common } from "./scenarios/common.ts";
import { EXPRESS } from "./scenarios/express.ts";
import { NODE_OBJECTS } from "./scenarios/node-objects.ts";

frameworkSuite({
  framework: "express",
  scenarios: [
    ...common(),
    ...EXPRESS,
    ...NODE_OBJECTS,
    { name: "a promise that is rejected", steps: [get("/promise-rejects"), get("/")], status: [500, 200] },
    { name: "a query that is made once", steps: [get("/readonly-query?a[b]=1&c=2")], status: [200] },
  ],
});
