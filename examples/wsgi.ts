// Run it:  npx tsgunicorn --interface wsgi examples/wsgi:app
// Or with: bunx --bun tsgunicorn …   deno run -A npm:tsgunicorn …   (in a clone: `npm run build`, then node dist/cli.js …)
// Try it:  curl localhost:8000/            every key of the environ that is text
//          curl localhost:8000/count -T -  counts the lines that you type (end with Ctrl-D)
//          curl localhost:8000/source      this file
import { open } from "node:fs/promises";

type Header = readonly [name: string, value: string];

/** What this example uses of an environ; `import type { WsgiApplication } from "tsgunicorn"` has all of it. */
interface Environ {
  readonly PATH_INFO: string;
  readonly "wsgi.input": AsyncIterable<Uint8Array>;
  readonly "wsgi.errors": { write(text: string): void };
  readonly "wsgi.file_wrapper": (file: Awaited<ReturnType<typeof open>>) => AsyncIterable<Uint8Array | string>;
}
type StartResponse = (status: string, headers: readonly Header[], excInfo?: unknown) => unknown;
type Body = Iterable<string> | AsyncIterable<Uint8Array | string>;

const TEXT: Header = ["Content-Type", "text/plain; charset=utf-8"];

/** Routes by PATH_INFO, behind the middleware below. */
const routes = (environ: Environ, startResponse: StartResponse): Body | Promise<Body> => {
  switch (environ.PATH_INFO) {
    case "/":
      startResponse("200 OK", [TEXT]);
      return [list(environ)];
    case "/count":
      return count(environ, startResponse);
    case "/source":
      return source(environ, startResponse);
    default:
      environ["wsgi.errors"].write(`Nothing at ${environ.PATH_INFO}\n`);
      startResponse("404 Not Found", [TEXT]);
      return ["Nothing here\n"];
  }
};

/** Middleware wraps an application in another one, as in Python. */
export const app = (environ: Environ, startResponse: StartResponse): Body | Promise<Body> =>
  routes(environ, (status, headers, excInfo) => startResponse(status, [...headers, ["X-Middleware", "was here"]], excInfo));

function list(environ: Environ): string {
  const texts = Object.entries(environ).filter(([, value]) => typeof value === "string");
  return texts.map(([key, value]) => `${key}: ${value}\n`).sort().join("");
}

/** Reads the upload line by line, and answers while it comes. */
async function* count(environ: Environ, startResponse: StartResponse): AsyncGenerator<string, void, undefined> {
  startResponse("200 OK", [TEXT]);
  let lines = 0;
  for await (const _line of environ["wsgi.input"]) lines++;
  yield `${lines} lines\n`;
}

async function source(environ: Environ, startResponse: StartResponse): Promise<Body> {
  const file = await open(new URL(import.meta.url));
  const { size } = await file.stat();
  startResponse("200 OK", [TEXT, ["Content-Length", String(size)]]);
  // Closes the file when the client has it, or leaves.
  return environ["wsgi.file_wrapper"](file);
}
