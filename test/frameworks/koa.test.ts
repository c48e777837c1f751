import { frameworkSuite } from "./driver.ts";
import { common } from "./scenarios/common.ts";
import { KOA } from "./scenarios/koa.ts";
import { CONDITIONAL } from "./scenarios/statics.ts";

frameworkSuite({
  framework: "koa",
  scenarios: [
    ...common({
      without: CONDITIONAL.map(({ name }) => name),
      otherwise: {
        "a broken percent-encoding in a parameter": { status: [200], shows: /%E0%A4/ },
        "a method that is not routed": { status: [405], shows: /allow: / },
        "a path that leaves the folder": { status: [403, 403] },
      },
    }),
    ...KOA,
  ],
});
