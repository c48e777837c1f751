/** @module Which interface the application has. */
import type { TEnum } from "typebox";
import type { Setting } from "../setting.ts";

/** What the setting can be; `auto` looks at the application. */
const INTERFACES: readonly ["auto", "fetch", "node", "wsgi", "script"] = ["auto", "fetch", "node", "wsgi", "script"];

/** A part of the section "Application". */
export interface InterfaceSection {
  /** How the application is called: `fetch`, `node`, `wsgi` or `script`; `auto` finds out. */
  readonly interface: Setting<TEnum<[...typeof INTERFACES]>>;
}

/** The declaration. */
export const interfaceSection: InterfaceSection = {
  interface: {
    section: "Application",
    kind: "text",
    schema: (type) => type.Enum(INTERFACES),
    input: null,
    default: "auto",
    places: "everywhere",
    flags: ["--interface"],
    shared: null,
    flagAlone: null,
    metavar: "INTERFACE",
    description: "How the application is called: `fetch`, `node`, `wsgi` or `script`; `auto` finds out.",
    details:
      "`fetch`: with a Request, and it returns a Response: functions, and objects with `fetch` (Hono, Elysia, h3, itty-router). `node`: with `(req, res)`: Express, Koa, Fastify, NestJS, connect, polka, an `http.Server` or a function. `wsgi`: with `(environ, startResponse)`. `script`: not at all; the application is a program that listens by itself, as in `server.js`. " +
      "`auto` knows frameworks and servers by what they have, and takes a plain function for `fetch`; with `--log-level debug` it says what it found. `wsgi` and `script` are never guessed.",
    example: "node",
    since: "0.1.0",
    difference: "Gunicorn has no such setting; the worker class (`-k`) chooses between WSGI and ASGI.",
  },
};
