import { frameworkSuite } from "./driver.ts";
import { common } from "./scenarios/common.ts";
import { ELYSIA } from "./scenarios/elysia.ts";
import { CONDITIONAL } from "./scenarios/statics.ts";

frameworkSuite({
  framework: "elysia",
  scenarios: [
    ...common({
      without: [...CONDITIONAL.map(({ name }) => name), "the index of a folder"],
      otherwise: { "a broken percent-encoding in a parameter": { status: [200] } },
    }),
    ...ELYSIA,
  ],
});
