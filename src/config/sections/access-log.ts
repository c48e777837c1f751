/** @module How the line of a request looks. */
import type { TString } from "typebox";
import { ACCESS_FORMAT_WORDS, AccessFormatError, compileAccessFormat, DEFAULT_ACCESS_FORMAT } from "../../log/access-format.ts";
import { ATOM_WORDS, ATOMS, ENVIRON } from "../../log/access-atoms.ts";
import { declare } from "../declare.ts";
import type { Refusal } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { TEXT_MAX_CHARS } from "../optional-text.ts";
import type { Setting } from "../setting.ts";

/** A part of the section "Logging". */
export interface AccessLogSection {
  /** The line of `accesslog` for a request: a template, `combined`, `common` or `json`. */
  readonly access_log_format: Setting<TString>;
}

/** The declarations. */
export const accessLog: AccessLogSection = {
  access_log_format: declare({
    section: "Logging",
    kind: "text",
    schema: (type) => type.String({ minLength: 1, maxLength: TEXT_MAX_CHARS }),
    default: DEFAULT_ACCESS_FORMAT,
    flags: ["--access-logformat", "--access-log-format"],
    metavar: "FORMAT",
    words: Object.fromEntries(ACCESS_FORMAT_WORDS.map((word) => [word, word])),
    check: checkFormat,
    description: "The line of `accesslog` for a request: a template, `combined`, `common` or `json`.",
    details: [
      "`combined` is the default, `common` lacks the last two parts, and `json` is an object per line with the time, the client, the request, the answer and its duration.",
      "A template has gunicorn's atoms:",
      [
        "| atom | value |",
        "|---|---|",
        "| `%(h)s` `%(l)s` `%(u)s` | address of the client, `-`, user of HTTP Basic authentication |",
        "| `%(t)s` | `[20/Nov/2026:23:17:45 +0000]`, the end of the request |",
        "| `%(r)s` `%(m)s` `%(U)s` `%(q)s` `%(H)s` | request line, method, decoded path, query, protocol |",
        "| `%(s)s` `%(B)s` `%(b)s` | status, bytes of the body that were sent (both) |",
        "| `%(f)s` `%(a)s` | Referer, User-Agent |",
        "| `%(T)s` `%(M)s` `%(D)s` `%(L)s` | duration in whole seconds, milliseconds, microseconds, and as `0.000685` seconds |",
        "| `%(p)s` | pid of the worker, as `<1234>` |",
        "| `%({name}i)s` `%({name}o)s` | a header field of the request, of the response as it was sent |",
        `| \`%({name}e)s\` | ${Object.keys(ENVIRON).map((name) => `\`${name}\``).join(", ")}, \`HTTP_*\` |`,
      ].join("\n"),
      "`%%` is a percent sign, and what is not there is `-`. Quotes, backslashes and control characters of a value are escaped, so that no client can forge a line. A template that begins with `{` is taken for JSON and escaped as its strings are.",
    ].join("\n\n"),
    example: '%(h)s "%(r)s" %(s)s %(D)s',
    since: "0.1.0",
    difference:
      "Gunicorn has no words, shows `-` for an unknown atom, and escapes quotes only; its response headers are those that the application gave, and its durations begin anew after a day.",
  }),
};

function checkFormat(value: unknown): Refusal | null {
  try {
    compileAccessFormat(String(value), 0);
    return null;
  } catch (error) {
    if (!(error instanceof AccessFormatError)) throw error;
    const { message, unknownName } = error;
    return { message, hint: unknownName === null ? null : hintFor(unknownName), quotesValue: true };
  }
}

function hintFor(name: string): string {
  const variable = /^\{(.*)\}e$/.exec(name)?.[1];
  if (variable !== undefined) return didYouMean(`{${nearest(variable, Object.keys(ENVIRON)) ?? "HTTP_HOST"}}e`);
  const words = Object.keys(ATOM_WORDS);
  const sameLetter = Object.keys(ATOMS).find((letter) => letter.toLowerCase() === name.toLowerCase());
  const likely = sameLetter ?? ATOM_WORDS[nearest(name, words) ?? ""];
  if (likely !== undefined) return didYouMean(likely);
  return `the atoms are ${Object.keys(ATOMS).join(" ")}, {header}i, {header}o and {variable}e`;
}

function didYouMean(name: string): string {
  return `did you mean "%(${name})s"?`;
}
