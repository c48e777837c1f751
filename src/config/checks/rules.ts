/** @module Every rule about several settings. They are applied at each start, at each reload and by `--check-config`. */
import { LISTENING_RULES } from "./listening-rules.ts";
import { PROCESS_RULES } from "./process-rules.ts";
import { REQUEST_RULES } from "./request-rules.ts";
import type { Rule } from "./rule.ts";

/** In the order of messages. */
export const RULES: readonly Rule[] = [...LISTENING_RULES, ...PROCESS_RULES, ...REQUEST_RULES];
