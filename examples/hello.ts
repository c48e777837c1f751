// Run it:  npx tsgunicorn --workers 2 examples/hello:app
// Or with: bunx --bun tsgunicorn …   deno run -A npm:tsgunicorn …   (in a clone: `npm run build`, then node dist/cli.js …)
import process from "node:process";

const GREETING = "Hello from tsgunicorn!";

/** What the server tells a handler beside the request. */
interface Context {
  readonly worker: { readonly pid: number; readonly age: number };
}

/** Answers with what serves the request, and what to try next. */
export const app = (_request: Request, context: Context): Response => {
  const { pid, age } = context.worker;
  // A worker's parent is the arbiter: signals for the whole server go there.
  const arbiter = process.ppid;
  return new Response(`${GREETING}

You were answered by worker ${age} (pid ${pid}) on ${runtime()}. Ask again: it may be another.

Change the greeting in examples/hello.ts, then, in another terminal:

  kill -HUP  ${arbiter}    load the new code; no request is lost
  kill -TTIN ${arbiter}    one worker more
  kill -TTOU ${arbiter}    one worker less
  kill -KILL ${pid}    end this worker; it is replaced
  kill -TERM ${arbiter}    answer what is under way, then stop
`);
};

function runtime(): string {
  const { bun, deno, node } = process.versions;
  if (bun !== undefined) return `Bun ${bun}`;
  return deno === undefined ? `Node ${node}` : `Deno ${deno}`;
}
