/**
 * The JSR package: what `src/mod.ts` has, and `serve`. Importing it loads next to nothing, for config files import it too.
 *
 * @module
 */
import type { ServeOptions, Server, ServeSettings } from "../../src/mod.ts";

export * from "../../src/mod.ts";

/**
 * Starts a server inside this program: an arbiter in this process, and workers as processes of their own. Resolves when the workers serve.
 * Rejects with a `ConfigError` for settings that cannot be, with a `ServeError` when the server does not start, and with the reason of
 * `options.signal` when that ends the start; nothing of the server is left then. Needs `-A`.
 *
 * ```ts
 * const server = await serve({ app: "./app.ts:handler", bind: "127.0.0.1:0", workers: 2 });
 * console.log(server.addresses);
 * await server.stop();
 * ```
 */
export async function serve(settings: ServeSettings, options: ServeOptions = {}): Promise<Server> {
  const { createAdapter } = await import("./create-adapter.ts");
  const { startServer } = await import("../../src/embed/serve.ts");
  return await startServer(createAdapter({ isGuest: true }), settings, options);
}
