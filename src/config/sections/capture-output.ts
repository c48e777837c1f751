/** @module What the application prints. */
import type { TBoolean } from "typebox";
import { toggle } from "../declare.ts";
import type { Setting } from "../setting.ts";

/** A part of the section "Logging". */
export interface CaptureOutputSection {
  /** Send what workers print to the file of `errorlog`. */
  readonly capture_output: Setting<TBoolean>;
}

/** The declarations. */
export const captureOutput: CaptureOutputSection = {
  capture_output: toggle({
    section: "Logging",
    flags: ["--capture-output"],
    description: "Send what workers print to the file of `errorlog`.",
    details:
      "Standard output and error of the workers, and of the programs that they start, from before the application is loaded. It has no effect where `errorlog` is `-`. An access log on standard output goes there too.",
    since: "0.1.0",
    difference: "Gunicorn captures what its arbiter prints as well.",
  }),
};
