/** @module Looking without serving. */
import type { TBoolean, TEnum, TNull, TUnion } from "typebox";
import type { Setting } from "../setting.ts";

/** Settings of the section "Debugging". */
export interface DebuggingSection {
  /** Check the configuration and the application, then exit. */
  readonly check_config: Setting<TBoolean>;
  /** Print every setting and where its value comes from, then exit. */
  readonly print_config: Setting<TUnion<[TEnum<["text", "json"]>, TNull]>>;
}

/** The declarations. */
export const debugging: DebuggingSection = {
  check_config: {
    section: "Debugging",
    kind: "boolean",
    schema: (type) => type.Boolean(),
    input: null,
    default: false,
    places: "outside",
    flags: ["--check-config"],
    shared: null,
    flagAlone: null,
    metavar: null,
    description: "Check the configuration and the application, then exit.",
    details: "The exit status is 0 when all is well and 1 when it is not.",
    example: true,
    since: "0.1.0",
    difference: "Every setting is checked; gunicorn lets wrong addresses, log levels and files pass.",
  },
  print_config: {
    section: "Debugging",
    kind: "mode",
    schema: (type) => type.Union([type.Enum(["text", "json"]), type.Null()]),
    input: null,
    default: null,
    places: "outside",
    flags: ["--print-config"],
    shared: null,
    flagAlone: "text",
    metavar: "FORM",
    description: "Print every setting and where its value comes from, then exit.",
    details: "`--print-config` prints lines, `--print-config=json` prints JSON for programs.",
    example: "json",
    since: "0.1.0",
    difference: "Each line says where the value comes from, and there is a form for programs.",
  },
};
