/**
 * The npm package: what `src/mod.ts` has, and `serve`. Importing it loads next to nothing, for config files import it too.
 *
 * @module
 */
import type { ServeOptions, Server, ServeSettings } from "../src/mod.ts";
import type { RuntimeAdapter, RuntimeName } from "../src/runtime/port.ts";
import { detectRuntime } from "./detect.ts";
import type { AdapterOptions } from "./shared/self-command.ts";

export * from "../src/mod.ts";

type Loader = () => Promise<{ createAdapter(options: AdapterOptions): RuntimeAdapter }>;

const LOADERS: Readonly<Record<RuntimeName, Loader>> = {
  node: () => import("./node/create-adapter.ts"),
  bun: () => import("./bun/create-adapter.ts"),
  deno: () => import("./deno/create-adapter.ts"),
};

/**
 * Starts a server inside this program: an arbiter in this process, and workers as processes of their own. Resolves when the workers serve.
 * Rejects with a `ConfigError` for settings that cannot be, with a `ServeError` when the server does not start, and with the reason of
 * `options.signal` when that ends the start; nothing of the server is left then.
 *
 * ```ts
 * const server = await serve({ app: "./app.ts:handler", bind: "127.0.0.1:0", workers: 2 });
 * console.log(server.addresses);
 * await server.stop();
 * ```
 */
export async function serve(settings: ServeSettings, options: ServeOptions = {}): Promise<Server> {
  const { createAdapter } = await LOADERS[detectRuntime()]();
  const { startServer } = await import("../src/embed/serve.ts");
  return await startServer(createAdapter({ isGuest: true }), settings, options);
}
