/** @module What is written about the server and its requests. */
import type { TEnum, TString } from "typebox";
import { LOG_LEVELS } from "../../log/level.ts";
import { type OptionalText, optionalText, TEXT_MAX_CHARS } from "../optional-text.ts";
import type { Setting } from "../setting.ts";

/** Settings of the section "Logging". */
export interface LoggingSection {
  /** The file for a line per request; `-` is standard output. */
  readonly accesslog: Setting<OptionalText>;
  /** The file for messages of the server; `-` is standard error. */
  readonly errorlog: Setting<TString>;
  /** The least severe messages to write. */
  readonly loglevel: Setting<TEnum<[...typeof LOG_LEVELS]>>;
}

/** The declarations. */
export const logging: LoggingSection = {
  accesslog: {
    section: "Logging",
    kind: "text",
    schema: optionalText,
    input: null,
    default: null,
    places: "everywhere",
    flags: ["--access-logfile"],
    shared: null,
    flagAlone: null,
    metavar: "FILE",
    description: "The file for a line per request; `-` is standard output.",
    details:
      "Without it, requests are not logged. Lines are collected for a tenth of a second and written together; a worker that is killed takes those of its last moment along.",
    example: "-",
    since: "0.1.0",
    difference: null,
  },
  errorlog: {
    section: "Logging",
    kind: "text",
    schema: (type) => type.String({ minLength: 1, maxLength: TEXT_MAX_CHARS }),
    input: null,
    default: "-",
    places: "everywhere",
    flags: ["--error-logfile", "--log-file"],
    shared: null,
    flagAlone: null,
    metavar: "FILE",
    description: "The file for messages of the server; `-` is standard error.",
    details: "After a reload (HUP) that changes it the new workers write to the new file, and the arbiter when they serve.",
    example: "log/error.log",
    since: "0.1.0",
    difference: null,
  },
  loglevel: {
    section: "Logging",
    kind: "text",
    schema: (type) => type.Enum(LOG_LEVELS),
    input: null,
    default: "info",
    places: "everywhere",
    flags: ["--log-level"],
    shared: null,
    flagAlone: null,
    metavar: "LEVEL",
    description: "The least severe messages to write.",
    details: "`debug`, `info`, `warning`, `error` or `critical`.",
    example: "debug",
    since: "0.1.0",
    difference: "An unknown name is an error; gunicorn takes it for `info`.",
  },
};
