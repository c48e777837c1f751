/** @module Looking without serving. */
import type { TBoolean, TEnum, TNull, TUnion } from "typebox";
import { declare, toggle } from "../declare.ts";
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
  check_config: toggle({
    section: "Debugging",
    places: "outside",
    flags: ["--check-config"],
    description: "Check the configuration and the application, then exit.",
    details:
      "Everything is looked at that can be without serving: sources, values and how they go together, server hooks, files, users, the runtime of the workers, whether the addresses can be listened on, " +
      "and whether the application loads, in a process as the workers' will be and within `boot_timeout`. It prints one line that begins with `OK`, or every problem with what to do about it; the exit status is 0 or 1. " +
      "Warnings and notes do not change it. No file or socket is made or changed. An address that is in use is a problem, unless `pidfile` names a running tsgunicorn: then it is a note, so that a configuration can be checked before a reload.",
    since: "0.1.0",
    difference: "Gunicorn lets wrong addresses, log levels, files and users pass.",
  }),
  print_config: declare({
    section: "Debugging",
    kind: "mode",
    schema: (type) => type.Union([type.Enum(["text", "json"]), type.Null()]),
    default: null,
    places: "outside",
    flags: ["--print-config"],
    flagAlone: "text",
    metavar: "FORM",
    description: "Print every setting and where its value comes from, then exit.",
    details:
      "`--print-config` prints lines, in which the secrets of `raw_env` are masked. `--print-config=json` prints JSON for programs, in the last line: " +
      "`settings` has the `value` and the `origin` of each, `variables` what files of variables add to the environment. Secrets are not masked there: keep it out of logs.",
    example: "json",
    since: "0.1.0",
    difference: "Each line says where the value comes from, and there is a form for programs.",
  }),
};
