/** @module Whether a value is an application of the interface that is wanted, and what to say where it is none. */
import type { InterfaceWish } from "../config/worker-settings.ts";
import { APP_LOAD_EXIT_CODE } from "../exit-codes.ts";
import type { InterfaceName } from "./bridge.ts";
import type { FetchHandler } from "./fetch.ts";
import { AppLoadError } from "./load-error.ts";
import type { NodeApplication } from "./node-frameworks.ts";
import { isHandler, isRouter, recognise, type Recognised } from "./recognise.ts";
import { describeKind, hasMethods, isClass } from "./shape.ts";
import type { WsgiApplication } from "./wsgi/types.ts";

/** Of an application that a module exports; scripts export none. */
export type ExportInterface = Exclude<InterfaceName, "script">;

/** The setting `interface`, where the application is an export. */
export type ExportWish = Exclude<InterfaceWish, "script">;

/** An application and how it is called. `what` is for messages. */
export type Fitting =
  | { readonly interface: "fetch"; readonly what: string; readonly handler: FetchHandler }
  | { readonly interface: "node"; readonly what: string; readonly application: NodeApplication }
  | { readonly interface: "wsgi"; readonly what: string; readonly callable: WsgiApplication };

/** What the application of an interface has to be. */
const REQUIRED: Readonly<Record<ExportWish, string>> = {
  auto: 'a function from Request to Response, an object with such a function as "fetch", or an application of a Node framework',
  fetch: 'a function from Request to Response, or an object with such a function as "fetch"',
  node: "a function (req, res), an http.Server, or an application of a Node framework",
  wsgi: "a function (environ, startResponse)",
};

/** Null where the value does not fit. A plain function is what the setting says, and `fetch` where it says nothing. */
export function fit(value: unknown, wish: ExportWish): Fitting | null {
  const found = recognise(value);
  if (found === null) return null;
  if (found.kind === "function") return fitFunction(found, wish);
  if (wish !== "auto" && wish !== found.kind) return null;
  return found.kind === "fetch"
    ? { interface: "fetch", what: found.what, handler: found.handler }
    : { interface: "node", what: found.what, application: found.application };
}

function fitFunction(found: Extract<Recognised, { kind: "function" }>, wish: ExportWish): Fitting | null {
  const { what, function: callable } = found;
  if (wish === "wsgi") return isWsgiApplication(callable) ? { interface: "wsgi", what, callable } : null;
  if (wish === "node") return { interface: "node", what, application: { what, open: async () => callable, close: null } };
  return isHandler(callable) ? { interface: "fetch", what, handler: callable } : null;
}

/** Whether its parameters are right shows only when it is called. */
function isWsgiApplication(value: unknown): value is WsgiApplication {
  return typeof value === "function";
}

/** Why {@link fit} gave null. `subject`: `The export 'app'`. */
export function misfit(value: unknown, wish: ExportWish, subject: string): AppLoadError {
  const found = recognise(value);
  if (found !== null && found.kind !== "function") {
    return new AppLoadError(APP_LOAD_EXIT_CODE, `Application object does not fit the interface '${wish}'.`, [
      `${subject} must be ${REQUIRED[wish]}; it is ${found.what}`,
      `Set interface to "${found.kind}" (--interface ${found.kind}), or leave it at "auto"`,
    ]);
  }
  return new AppLoadError(APP_LOAD_EXIT_CODE, "Application object must be callable.", [
    `${subject} must be ${REQUIRED[wish]}; it is ${describeMisfit(value)}`,
    hasMethods(value, "listen") ? "A server that listens by itself can be run as a program: --interface script" : "",
  ]);
}

function describeMisfit(value: unknown): string {
  if (isRouter(value)) return "a router: export an application that uses it";
  if (isClass(value)) return "a class: export an instance of it, or name a call, as in 'module:Class()'";
  const kind = describeKind(value);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? `${kind} without one` : kind;
}
