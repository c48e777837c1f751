import type { LogLevel } from "../log/level.ts";
import type { ArbiterEffect } from "./effects.ts";

/** A log line as an effect. Texts are gunicorn's where it has them: operators look for them. */
export function log(level: LogLevel, text: string): ArbiterEffect {
  return { type: "log", level, text };
}
