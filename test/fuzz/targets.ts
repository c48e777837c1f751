/** @module All that is fuzzed. */
import { connectionTarget } from "./connection-target.ts";
import { parserTarget } from "./parser-target.ts";
import { proxyTarget } from "./proxy-target.ts";
import type { FuzzTarget } from "./target.ts";
import { trustTarget } from "./trust-target.ts";
import { writerTarget } from "./writer-target.ts";

export const TARGETS: readonly FuzzTarget[] = [parserTarget, proxyTarget, trustTarget, writerTarget, connectionTarget];
