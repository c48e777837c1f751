/** @module Where the configuration and the application come from. */
import { type OptionalText, optionalText } from "../optional-text.ts";
import type { Setting } from "../setting.ts";

/** Settings of the section "Config File". */
export interface ConfigFileSection {
  /** The config file. */
  readonly config: Setting<OptionalText>;
  /** The application to serve when none is given on the command line. */
  readonly wsgi_app: Setting<OptionalText>;
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
      "two of them are an error. A path is seen from the directory that tsgunicorn was started in, whatever `chdir` says.",
    example: "deploy/tsgunicorn.config.ts",
    since: "0.1.0",
    difference:
      "The file is a JavaScript or TypeScript module or JSON. A name in it that is no setting is an error; gunicorn ignores it.",
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
