/**
 * An application on the server that its runtime would serve it with: what our answers are compared with.
 *
 * @module
 */
import { APPS, RunningServer, startCommand } from "./server.ts";

/** `module`: a file of test/fixtures/server. Its port is printed; stop it with `stop()`. */
export function startOwnServer(module: string): RunningServer {
  const [program, ...words] = startCommand();
  return new RunningServer([`./${module}`], { command: [program, ...words.slice(0, -1), `${APPS}own-server.mjs`] });
}

export function ownPort(server: RunningServer): Promise<number> {
  return server.until(() => {
    const port = /port=(\d+)/.exec(server.stdout)?.[1];
    return port === undefined ? undefined : Number(port);
  }, "the port of the runtime's own server");
}
