import { frameworkSuite } from "./driver.ts";
import { common } from "./scenarios/common.ts";
import { NEST } from "./scenarios/nest.ts";

// enableCors() answers every OPTIONS.
const otherwise = { methods: { status: [200, 200, 200, 204] }, "OPTIONS of what is not routed": { status: [204] } };

frameworkSuite({ framework: "nest", scenarios: [...common({ otherwise }), ...NEST] });
