/** @module Where the configuration and the application come from. */
import type { TArray, TString } from "typebox";
import { type OptionalText, optionalText, TEXT_MAX_CHARS } from "../optional-text.ts";
import type { Setting, TypeBuilder } from "../setting.ts";

const ENV_FILES_MAX_COUNT = 20;

/** Settings of the section "Config File". */
export interface ConfigFileSection {
  /** The config file. */
  readonly config: Setting<OptionalText>;
  /** Files with variables for the environment, one `NAME=VALUE` a line. */
  readonly env_file: Setting<TArray<TString>>;
  /** The application to serve when none is given on the command line. */
  readonly wsgi_app: Setting<OptionalText>;
}

function paths(type: TypeBuilder): TArray<TString> {
  return type.Array(type.String({ minLength: 1, maxLength: TEXT_MAX_CHARS }), { maxItems: ENV_FILES_MAX_COUNT });
}

/** The declarations. */
export const configFile: ConfigFileSection = {
  config: {
    section: "Config File",
    kind: "text",
    schema: optionalText,
    input: null,
    default: null,
    places: "outside",
    flags: ["-c", "--config"],
    shared: null,
    flagAlone: null,
    metavar: "FILE",
    description: "The config file.",
    details:
      "Without it, the one file named `tsgunicorn.config.ts`, `.mts`, `.js`, `.mjs`, `.cjs` or `.json` in the working directory is read; " +
      "two of them are an error. A path is seen from the directory that tsgunicorn was started in, whatever `chdir` says. " +
      "`file:PATH` is the same as `PATH`; `module:NAME` is a module, found as an application is: a path without its extension, or a package. " +
      "`file:` alone means no file.",
    example: "deploy/tsgunicorn.config.ts",
    since: "0.1.0",
    difference:
      "The file is a JavaScript or TypeScript module or JSON. A name in it that is no setting is an error; gunicorn ignores it. `python:NAME` is an error that says what to do.",
  },
  env_file: {
    section: "Config File",
    kind: "list",
    schema: paths,
    input: null,
    default: [],
    places: "outside",
    flags: ["--env-file"],
    shared: null,
    flagAlone: null,
    metavar: "FILE",
    description: "Files with variables for the environment, one `NAME=VALUE` a line.",
    details:
      "Read before everything else: the variables count for the settings that come from the environment, for the config file and for the application. " +
      "One that is in the environment already keeps its value; of several files the last wins. HUP reads them again. No file is read that is not named here, also not the `.env` that Bun reads by itself.\n\n" +
      'Values may stand in `\'single\'`, `"double"` or `` `backward` `` quotes, which may go on over several lines; within double quotes `\\n`, `\\r`, `\\t`, `\\"`, `\\\\` and `\\$` are what they are elsewhere. ' +
      "`#` begins a comment at the start of a line or after a blank; elsewhere in a value without quotes it is an error, since readers of such files disagree. `export` before a name is skipped. `$NAME` is not replaced. A line that is none of this is an error that names it.\n\n" +
      "A path is seen from the directory that tsgunicorn was started in. Node itself looks for the file first, and ends with status 9 where there is none.",
    example: ["deploy/production.env"],
    since: "0.1.0",
    difference: "Gunicorn has no such setting.",
  },
  wsgi_app: {
    section: "Config File",
    kind: "text",
    schema: optionalText,
    input: null,
    default: null,
    places: "argument",
    flags: [],
    shared: null,
    flagAlone: null,
    metavar: null,
    description: "The application to serve when none is given on the command line.",
    details: "`MODULE` or `MODULE:NAME`, as the positional argument.",
    example: "app:handler",
    since: "0.1.0",
    difference: null,
  },
};
