/**
 * Takes over `Bun.serve` (https://bun.com/docs/runtime/http/server).
 *
 * @module
 */
import process from "node:process";
import type { ProgramAddress } from "../../src/runtime/port.ts";
import { isFunction, serveFetch } from "../shared/script/fetch-server.ts";
import { TLS_REASON } from "../shared/script/node-listen.ts";
import type { Takeover } from "../shared/script/takeover.ts";
import { createProgramHandler, type ServeOptions } from "./script-handler.ts";
import { TakenServer } from "./script-server.ts";

const DEFAULT_PORT = 3000;
const PORT_MAX = 65_535;

/** From now on, in this process. Gives what `Bun.serve` is now. */
export function takeOverServe(takeover: Takeover): (options: unknown) => object {
  const { serve: original } = Bun;
  const instead = (options: unknown): object =>
    takeover.isNative ? Reflect.apply(original, Bun, [options]) : serve(takeover, options);
  Reflect.set(Bun, "serve", instead);
  return instead;
}

function serve(takeover: Takeover, given: unknown): object {
  if (typeof given !== "object" || given === null) throw new TypeError("Bun.serve expects an object");
  const options: ServeOptions = given;
  if (hasTls(options.tls) && !takeover.isTaken) throw takeover.refuse(TLS_REASON);
  if (!isFunction(options.fetch) && typeof (options.routes ?? options.static) !== "object") {
    throw new TypeError("Bun.serve() needs either:\n\n  - A routes object\n  - Or a fetch handler");
  }
  const asked = readAddress(options);
  const server = new TakenServer(takeover, asked, options);
  const handler = createProgramHandler(options, server);
  server.handler = handler;
  const isServed = takeover.offer({
    asked,
    serve: (bridges) => serveFetch(bridges, takeover, (request, context) => server.handler.answer(request, context)),
  });
  server.listening(takeover.shownAddress(asked, isServed), isServed);
  return server;
}

/** Some frameworks always pass the keys, without values. */
function hasTls(tls: unknown): boolean {
  if (Array.isArray(tls)) return tls.some(hasTls);
  if (typeof tls !== "object" || tls === null) return false;
  return ("cert" in tls && tls.cert !== undefined) || ("key" in tls && tls.key !== undefined);
}

/** The variables are those that Bun looks at. */
function readAddress({ unix, port, hostname }: ServeOptions): ProgramAddress {
  if (typeof unix === "string") return { kind: "unix", path: unix };
  const { env } = process;
  const number = Number(port ?? (env["BUN_PORT"] || env["PORT"] || env["NODE_PORT"] || DEFAULT_PORT));
  if (!Number.isInteger(number) || number < 0 || number > PORT_MAX) throw new RangeError(`Invalid port: ${String(port)}`);
  return { kind: "tcp", host: typeof hostname === "string" && hostname !== "0.0.0.0" ? hostname : null, port: number };
}
