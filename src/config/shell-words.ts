/** @module Words of `TSGUNICORN_CMD_ARGS`, quoted as in a POSIX shell (XCU 2.2). Nothing is expanded. */

/** A quotation that does not end, or a backslash at the end. */
export class ShellWordsError extends Error {
  override readonly name: string = "ShellWordsError";
}

/** One piece of a word: a blank, an escape, a quotation, or plain text. */
const PIECE = /(\s+)|\\([\s\S])|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|([^\s\\'"]+)/y;

/** Splits `text`. Throws a {@link ShellWordsError}. */
export function splitShellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < text.length) {
    const start = PIECE.lastIndex;
    const piece = PIECE.exec(text);
    if (piece === null) throw new ShellWordsError(unfinished(text.charAt(start)));
    const [, blank, escaped, single, double, plain] = piece;
    if (blank !== undefined) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? "") + (joinLines(escaped) ?? single ?? unescapeDouble(double) ?? plain ?? "");
    }
  }
  if (word !== null) words.push(word);
  return words;
}

/** A backslash before a newline joins lines (XCU 2.2.1). */
function joinLines(char: string | undefined): string | undefined {
  return char === "\n" ? "" : char;
}

/** Within double quotes a backslash is special before $ ` " \ and newline only (XCU 2.2.3). */
function unescapeDouble(text: string | undefined): string | undefined {
  return text?.replaceAll(/\\([$`"\\\n])/g, (_, char: string) => joinLines(char) ?? "");
}

function unfinished(char: string): string {
  return char === "\\" ? "nothing follows the last backslash" : `a quotation that begins with ${char} does not end`;
}
