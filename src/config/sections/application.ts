/** @module How the application is called. */
import type { TBoolean } from "typebox";
import type { Setting } from "../setting.ts";

/** Settings of the section "Application". */
export interface ApplicationSection {
  /** Give the application light Request, Headers and Response objects instead of the runtime's own; same interface, less work. */
  readonly light_objects: Setting<TBoolean>;
}

/** The declarations. */
export const application: ApplicationSection = {
  light_objects: {
    section: "Application",
    kind: "boolean",
    schema: (type) => type.Boolean(),
    input: null,
    default: true,
    places: "everywhere",
    flags: ["--light-objects"],
    shared: null,
    flagAlone: null,
    metavar: null,
    description:
      "Give the application light Request, Headers and Response objects instead of the runtime's own; same interface, less work.",
    details:
      "They pass `instanceof` and turn into the runtime's own where code needs one. `--no-light-objects` is for an application that they do not suit.",
    example: false,
    since: "0.1.0",
    difference: "Gunicorn has no such setting.",
  },
};
