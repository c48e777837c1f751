/** @module How the application is called. */
import type { TBoolean } from "typebox";
import { toggle } from "../declare.ts";
import type { Setting } from "../setting.ts";

/** Settings of the section "Application". */
export interface ApplicationSection {
  /** Give the application light Request, Headers and Response objects instead of the runtime's own; same interface, less work. */
  readonly light_objects: Setting<TBoolean>;
}

/** The declarations. */
export const application: ApplicationSection = {
  light_objects: toggle({
    section: "Application",
    startsOn: true,
    flags: ["--light-objects"],
    description:
      "Give the application light Request, Headers and Response objects instead of the runtime's own; same interface, less work.",
    details:
      "They pass `instanceof` and turn into the runtime's own where code needs one. `--no-light-objects` is for an application that they do not suit.",
    since: "0.1.0",
    difference: "Gunicorn has no such setting.",
  }),
};
