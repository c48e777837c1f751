/** @module Nobody said what to serve. */
import type { Problem } from "../config/errors.ts";
import { type EntryHost, findEntryFiles } from "./entry-files.ts";

const SUGGESTIONS_MAX_COUNT = 3;

/** Gunicorn's text, with what is in `directory` and could be meant. */
export function missingApplication(host: EntryHost, directory: string): Problem {
  const found = findEntryFiles(host, directory).slice(0, SUGGESTIONS_MAX_COUNT);
  const examples = found.length === 0 ? ["app:handler"] : found;
  const hint = `name it on the command line, as in: ${examples.map((path) => `tsgunicorn ${path}`).join(" or ")}`;
  return { setting: null, source: null, message: "No application module specified", hint };
}
