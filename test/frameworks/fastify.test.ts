import { frameworkSuite } from "./driver.ts";
import { common } from "./scenarios/common.ts";
import { FASTIFY } from "./scenarios/fastify.ts";

const otherwise = { "a path that leaves the folder": { status: [404, 403] } };

frameworkSuite({ framework: "fastify", scenarios: [...common({ otherwise }), ...FASTIFY] });
