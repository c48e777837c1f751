import { frameworkSuite } from "./driver.ts";
import { common } from "./scenarios/common.ts";
import { HONO } from "./scenarios/hono.ts";
import { CONDITIONAL } from "./scenarios/statics.ts";

frameworkSuite({
  framework: "hono",
  scenarios: [
    ...common({
      without: CONDITIONAL.map(({ name }) => name),
      otherwise: { "a broken percent-encoding in a parameter": { status: [200], shows: /%E0%A4/ } },
    }),
    ...HONO,
  ],
});
