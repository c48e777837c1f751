/** @module On which runtime the workers run. */
import { declare } from "../declare.ts";
import type { Refusal } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { type OptionalText, optionalText } from "../optional-text.ts";
import type { Setting } from "../setting.ts";

/** The runtimes by name. Anything else is a path. */
const NAMES: readonly string[] = ["node", "bun", "deno"];

/** A part of the section "Worker Processes". */
export interface RuntimeSection {
  /** The runtime of the workers: `node`, `bun`, `deno` or the path of its executable; none means that of the arbiter. */
  readonly runtime: Setting<OptionalText>;
}

/** The declarations. */
export const runtime: RuntimeSection = {
  runtime: declare({
    section: "Worker Processes",
    kind: "text",
    schema: optionalText,
    default: null,
    flags: ["--runtime"],
    metavar: "RUNTIME",
    description:
      "The runtime of the workers: `node`, `bun`, `deno` or the path of its executable; none means that of the arbiter.",
    details:
      "A name is looked for on PATH and in `node_modules/.bin` of the working directory (`chdir`) and the folders above it; a relative path is seen from there. " +
      "A reload (HUP) may change it: the new workers run on the new runtime, and no request is lost. The config file is read by the arbiter's runtime, and by the workers' as well where it has hooks for workers; the application is loaded by the workers'. " +
      "Flags of the arbiter's runtime are not passed on to another; use `NODE_OPTIONS` and the like, or the runtime's own configuration file. Deno is run with `-A`.",
    words: { none: null, node: "node", bun: "bun", deno: "deno" },
    check: checkRuntime,
    example: "bun",
    since: "0.1.0",
    difference: "Gunicorn has no such setting.",
  }),
};

function checkRuntime(value: unknown): Refusal | null {
  if (typeof value !== "string" || NAMES.includes(value) || value.includes("/")) return null;
  const near = nearest(value, NAMES);
  return {
    message: "must be node, bun, deno or a path",
    hint: near === null ? `a path has a slash, such as ./${value}` : `did you mean "${near}"?`,
    quotesValue: false,
  };
}
