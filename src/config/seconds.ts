/** @module The schema that settings for times share. */
import type { TInteger } from "typebox";
import type { TypeBuilder } from "./setting.ts";

/** Longest time of any setting: a day, in seconds. */
const TIME_MAX_S = 86_400;

/** Schema of whole seconds, 0 included. */
export function seconds(type: TypeBuilder): TInteger {
  return type.Integer({ minimum: 0, maximum: TIME_MAX_S });
}
