/**
 * Reads the text of a file with variables. Readers of such files disagree where a value is not in quotes; what they read differently
 * is an error here, so that a password never loses its end without a word.
 *
 * @module
 */

/** Longest file, in characters. */
export const ENV_FILE_MAX_CHARS = 1_048_576;
/** More in one file are no slips: it is another kind of file. */
const MISTAKES_MAX_COUNT = 20;
/** Linux takes no variable of more than 128 KiB with its name, and refuses to start a program that is given one. */
const VARIABLE_MAX_CHARS = 40_000;
/** Variables that make a process a worker or a new arbiter. */
const OWN_PREFIX = "_TSGUNICORN_";

/** One mistake. `line` is counted from 1. */
export interface EnvFileMistake {
  readonly line: number;
  readonly message: string;
  readonly hint: string | null;
}

/** What a file says. The last value of a name counts. */
export interface EnvFileReading {
  readonly variables: ReadonlyMap<string, string>;
  readonly mistakes: readonly EnvFileMistake[];
}

const NAME = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*/y;
const QUOTED = /"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'|`([^`]*)`/y;
const PLAIN = /[^\n]*/y;
/** After a value in quotes. */
const REST = /[ \t]*(?:#[^\n]*)?(?=\n|$)/y;
const SKIPPED = /[ \t]*(?:#[^\n]*)?\n/y;

/** Reads `text`. Never throws; a line with a mistake is left out. */
export function readEnvText(text: string): EnvFileReading {
  const variables = new Map<string, string>();
  const mistakes: EnvFileMistake[] = [];
  if (text.length > ENV_FILE_MAX_CHARS) {
    return {
      variables,
      mistakes: [{ line: 1, message: `more than ${ENV_FILE_MAX_CHARS} characters`, hint: "name a file with variables" }],
    };
  }
  // Ends with a newline, so that every line does. A byte order mark is hidden by editors.
  const source = `${text.replace(/^\uFEFF/, "").replaceAll(/\r\n?/g, "\n")}\n`;
  for (let index = 0; index < source.length && mistakes.length < MISTAKES_MAX_COUNT;) {
    const skipped = matchAt(SKIPPED, source, index);
    if (skipped !== null) {
      index += skipped[0].length;
      continue;
    }
    const entry = readEntry(source, index);
    if ("message" in entry) {
      mistakes.push({ line: source.slice(0, index).split("\n").length, message: entry.message, hint: entry.hint });
    } else variables.set(entry.name, entry.value);
    index = entry.end;
  }
  return { variables, mistakes };
}

/** `end`: where the next line begins. */
type EntryReading = { readonly name: string; readonly value: string; readonly end: number } | {
  readonly message: string;
  readonly hint: string | null;
  readonly end: number;
};

function readEntry(source: string, index: number): EntryReading {
  const lineEnd = source.indexOf("\n", index) + 1;
  const fail = (message: string, hint: string | null): EntryReading => ({ message, hint, end: lineEnd });
  const head = matchAt(NAME, source, index);
  if (head === null) return fail(...describeHead(source.slice(index, lineEnd - 1).trim()));
  const [whole, name = ""] = head;
  if (name.startsWith(OWN_PREFIX)) return fail(`"${name}" is a variable that tsgunicorn sets itself`, "take it out");
  const start = index + whole.length;
  const quote = source.charAt(start);
  if (quote !== '"' && quote !== "'" && quote !== "`") return readPlain(name, source, start, fail);
  const quoted = matchAt(QUOTED, source, start);
  if (quoted === null) return fail(`a quotation of "${name}" that begins with ${quote} does not end`, `add the closing ${quote}`);
  const end = start + quoted[0].length;
  const rest = matchAt(REST, source, end);
  if (rest === null) {
    return fail(
      `something follows the closing ${quote} of "${name}"`,
      "put all of the value between quotes, and a comment after a #",
    );
  }
  const value = quoted[1] === undefined ? quoted[2] ?? quoted[3] ?? "" : unescape(quoted[1]);
  return checked(name, value, end + rest[0].length + 1, fail);
}

type Fail = (message: string, hint: string | null) => EntryReading;

function readPlain(name: string, source: string, start: number, fail: Fail): EntryReading {
  const line = matchAt(PLAIN, source, start)?.[0] ?? "";
  const value = line.replace(/(?:^|[ \t])#.*$/, "").trim();
  if (value.includes("#")) {
    return fail(
      `the value of "${name}" has a # that is a comment to some readers and not to others`,
      "put the value between quotes",
    );
  }
  return checked(name, value, start + line.length + 1, fail);
}

function checked(name: string, value: string, end: number, fail: Fail): EntryReading {
  if (value.includes("\0")) return fail(`the value of "${name}" has a NUL character`, "take it out");
  if (name.length + value.length > VARIABLE_MAX_CHARS) {
    return fail(
      `the value of "${name}" is too long`,
      `a variable may have ${VARIABLE_MAX_CHARS} characters; put the text into a file`,
    );
  }
  return { name, value, end };
}

/** The line may hold a secret, so that only a name is quoted. */
function describeHead(line: string): readonly [message: string, hint: string] {
  const word = /^(?:export[ \t]+)?([\w.-]+)[ \t]*(.?)/.exec(line);
  if (word === null) return ["a line that has no name", "write NAME=VALUE"];
  const [, name = "", next = ""] = word;
  if (next === "=") return [`"${name}" is no name of a variable`, "use letters, digits and _, and begin with none of the digits"];
  return next === ":"
    ? [`"${name}" is followed by a colon`, "write NAME=VALUE"]
    : [`"${name}" has no value`, `write ${name}=VALUE`];
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", $: "$" };

/** Within double quotes. A backslash before anything else stays. */
function unescape(text: string): string {
  return text.replaceAll(/\\([nrt"\\$])/g, (whole, char: string) => ESCAPES[char] ?? whole);
}

function matchAt(pattern: RegExp, source: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(source);
}
