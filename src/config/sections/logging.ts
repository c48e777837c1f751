/** @module What is written about the server and its requests. */
import type { TEnum, TString } from "typebox";
import { LOG_LEVELS } from "../../log/level.ts";
import { declare } from "../declare.ts";
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
  accesslog: declare({
    section: "Logging",
    kind: "text",
    schema: optionalText,
    default: null,
    flags: ["--access-logfile"],
    metavar: "FILE",
    description: "The file for a line per request; `-` is standard output.",
    details:
      "Without it, requests are not logged. Lines are collected for a tenth of a second and written together; a worker that is killed takes those of its last moment along.",
    example: "-",
    since: "0.1.0",
  }),
  errorlog: declare({
    section: "Logging",
    kind: "text",
    schema: (type) => type.String({ minLength: 1, maxLength: TEXT_MAX_CHARS }),
    default: "-",
    flags: ["--error-logfile", "--log-file"],
    metavar: "FILE",
    description: "The file for messages of the server; `-` is standard error.",
    details: "After a reload (HUP) that changes it the new workers write to the new file, and the arbiter when they serve.",
    example: "log/error.log",
    since: "0.1.0",
  }),
  loglevel: declare({
    section: "Logging",
    kind: "text",
    schema: (type) => type.Enum(LOG_LEVELS),
    default: "info",
    flags: ["--log-level"],
    metavar: "LEVEL",
    // Gunicorn takes them in any case.
    words: Object.fromEntries(LOG_LEVELS.map((level) => [level, level])),
    description: "The least severe messages to write.",
    details: "`debug`, `info`, `warning`, `error` or `critical`.",
    example: "debug",
    since: "0.1.0",
    difference: "An unknown name is an error; gunicorn takes it for `info`.",
  }),
};
