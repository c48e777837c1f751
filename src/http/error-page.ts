/** @module The page for a request that was refused: gunicorn's, with what HTTP asks for added. */
import { reasonPhrase } from "./status.ts";

/** What the server adds to every response. */
export interface ErrorPageOptions {
  /** Rendered by `httpDate` of date.ts. */
  readonly date: string;
  /** Value of the field Server, or null for none. */
  readonly server: string | null;
}

/**
 * A complete response, head and page, after which the connection closes. All of it is ASCII, so that a character is a byte.
 * `message` may be anything; it is escaped. Empty: the page has the reason only.
 */
export function errorResponse(status: number, message: string, options: ErrorPageOptions): string {
  const reason = reasonPhrase(status);
  const page = `<html>
  <head>
    <title>${escapeHtml(reason)}</title>
  </head>
  <body>
    <h1><p>${escapeHtml(reason)}</p></h1>
    ${escapeHtml(message)}
  </body>
</html>
`;
  const server = options.server === null ? "" : `Server: ${options.server}\r\n`;
  return `HTTP/1.1 ${status} ${reason}\r\n${server}Date: ${options.date}\r\nConnection: close\r\n` +
    `Content-Type: text/html\r\nContent-Length: ${page.length}\r\n\r\n${page}`;
}

const UNSAFE = /[&<>"']|[^\n\x20-\x7e]/gu;

/** HTML text in ASCII: the five special characters and everything else that is not visible become character references. */
function escapeHtml(text: string): string {
  return text.replace(UNSAFE, characterReference);
}

function characterReference(character: string): string {
  switch (character) {
    case "&":
      return "&amp;";
    case "<":
      return "&lt;";
    case ">":
      return "&gt;";
    case '"':
      return "&quot;";
  }
  return `&#x${(character.codePointAt(0) ?? 0).toString(16)};`;
}
