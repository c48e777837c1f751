/**
 * Errors as the owner of an application wants to read them: where in their own files, without the frames of the runtime and of this
 * program. Every runtime tells a place in its own way: Node before the error's name, Deno in the message, Bun in a property.
 *
 * @module
 */

/** A place in somebody's file: a path or a URL, a line from 1, a column from 1. */
const PLACE = /(?<=^|[\s(])((?:file:\/\/\/?|https?:\/\/|[A-Za-z]:[/\\]|\/)[^\s"'()]*?):(\d+)(?::(\d+))?(?=$|[\s),])/m;

/** Folders of this program, as they occur in frames. */
const OWN_ROOT: string = new URL("../../", import.meta.url).href;
const OWN_FOLDERS: readonly string[] = ["src/", "runtimes/"].flatMap((
  folder,
) => [OWN_ROOT + folder, decodeURI(new URL(OWN_ROOT).pathname) + folder]);

// deno-lint-ignore no-control-regex
const ANSI_COLOR = /\x1b\[[0-9;]*m/g;

const CAUSES_MAX = 3;
const ERRORS_MAX = 5;

export interface ErrorText {
  /** `SyntaxError: Unexpected token ';'`: one line. */
  readonly summary: string;
  /** `/srv/app.ts:3:9`, where one is known. */
  readonly place: string | null;
  /** The excerpt, the frames and the causes: what comes after the summary. */
  readonly details: readonly string[];
}

/** Never throws, whatever was thrown at it. `toPath` makes paths of `file:` URLs. */
export function errorText(error: unknown, toPath: (fileUrl: string) => string): ErrorText {
  const text = describe(error, 0);
  const clean = (line: string): string => withPaths(line, toPath);
  return {
    summary: clean(text.summary),
    place: text.place === null ? null : clean(text.place),
    details: text.details.map(clean),
  };
}

/** The text with its `file:` URLs as paths. */
export function withPaths(text: string, toPath: (fileUrl: string) => string): string {
  return text.replace(/file:\/\/\/[^\s"')]+?(?=$|[\s"')]|:\d)/gm, (url) => pathOf(url, toPath));
}

/** The first place in a text, as `path:line:column`. */
export function placeIn(text: string): string | null {
  const match = PLACE.exec(text);
  if (match === null) return null;
  const [, file = "", line = "", column] = match;
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
}

function describe(error: unknown, depth: number): ErrorText {
  try {
    if (error instanceof AggregateError && error.errors.length > 0) return describeSeveral(error.errors, depth);
    return describeBuildMessage(error) ?? (error instanceof Error ? describeError(error, depth) : describeThrown(error));
  } catch {
    return { summary: "The module threw a value that cannot be described", place: null, details: [] };
  }
}

/** What Bun gives for several errors in one file. */
function describeSeveral(errors: readonly unknown[], depth: number): ErrorText {
  const texts = errors.slice(0, ERRORS_MAX).map((error) => describe(error, depth));
  const [first, ...rest] = texts;
  if (first === undefined) return describeThrown(errors);
  return { ...first, details: [...first.details, ...rest.flatMap((text) => [text.summary, ...text.details])] };
}

/** Bun's `BuildMessage`, which is no Error and has no stack. */
function describeBuildMessage(error: unknown): ErrorText | null {
  if (typeof error !== "object" || error === null || !("position" in error) || !("message" in error)) return null;
  const { position } = error;
  if (typeof position !== "object" || position === null || !("file" in position) || !("line" in position)) return null;
  const column = "column" in position && typeof position.column === "number" ? position.column : null;
  const place = `${position.file}:${position.line}${column === null ? "" : `:${column}`}`;
  const excerpt = "lineText" in position && typeof position.lineText === "string" ? position.lineText : null;
  const details = [`    at ${place}`];
  if (excerpt !== null) details.push(excerpt);
  if (excerpt !== null && column !== null) details.push(`${" ".repeat(Math.max(0, column - 1))}^`);
  return { summary: `SyntaxError: ${error.message}`, place, details };
}

function describeError(error: Error, depth: number): ErrorText {
  const message = error.message.replace(ANSI_COLOR, "");
  const stack = (typeof error.stack === "string" ? error.stack : "").replace(ANSI_COLOR, "");
  // Deno puts a syntax error's own name into the message of a TypeError.
  const [headline = "", ...messageRest] = (/^\w*Error: /.test(message) ? message : `${error.name}: ${message}`).split("\n");
  const start = stack.indexOf(message);
  // Node puts file, line and an excerpt before the name.
  const before = stack.slice(0, Math.max(0, start)).split("\n").slice(0, -1).filter((line) => line.trim() !== "");
  const excerpt = placeIn(before[0] ?? "") === null ? [] : before;
  const frames = stack.slice(start < 0 ? 0 : start + message.length).split("\n").filter(isUserFrame);
  const details = [...excerpt, ...messageRest, ...frames];
  const cause = error.cause === undefined || depth >= CAUSES_MAX ? null : describe(error.cause, depth + 1);
  return {
    summary: headline,
    place: placeIn([...excerpt, ...messageRest, ...frames, headline].join("\n")),
    details: cause === null ? details : [...details, `Caused by: ${cause.summary}`, ...cause.details],
  };
}

function describeThrown(value: unknown): ErrorText {
  const text = typeof value === "string" ? `'${value}'` : String(value);
  return { summary: `The module threw ${text}, which is not an Error`, place: null, details: [] };
}

function isUserFrame(line: string): boolean {
  if (!/^\s+at /.test(line)) return false;
  const place = placeIn(line);
  return place !== null && !OWN_FOLDERS.some((folder) => place.startsWith(folder));
}

function pathOf(url: string, toPath: (fileUrl: string) => string): string {
  try {
    return toPath(url);
  } catch {
    return url;
  }
}
