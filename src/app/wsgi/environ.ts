/** @module The environ of a request. */
import type { SocketAddress } from "../../runtime/port.ts";
import { VERSION } from "../../version.ts";
import type { Exchange } from "../application.ts";
import { EndsOfPeers, nameOfHost } from "./addresses.ts";
import { FieldKeys, NO_KEY } from "./field-keys.ts";
import { wrapFile } from "./file-wrapper.ts";
import { pathBelow, percentDecode, splitTarget, trimMount } from "./request-path.ts";
import type { WsgiContext, WsgiEnviron, WsgiErrors, WsgiHeaders, WsgiInput } from "./types.ts";

const WSGI_VERSION: readonly [1, 0] = Object.freeze([1, 0]);
const SOFTWARE = `tsgunicorn/${VERSION}`;

export interface EnvironOptions {
  readonly isMultiprocess: boolean;
  readonly addresses: readonly SocketAddress[];
  /** Where the application is mounted unless a trusted proxy says otherwise. */
  readonly scriptName: string;
}

/** What of an environ is bound to its request. */
export interface EnvironParts {
  readonly input: WsgiInput;
  readonly errors: WsgiErrors;
  readonly context: WsgiContext;
  readonly earlyHints: (headers: WsgiHeaders) => void;
}

/** Makes the environs of one application. */
export class EnvironMaker {
  readonly #keys: FieldKeys = new FieldKeys();
  readonly #ends: EndsOfPeers = new EndsOfPeers();
  readonly #options: EnvironOptions;
  readonly #scriptName: string;

  constructor(options: EnvironOptions) {
    this.#options = options;
    this.#scriptName = trimMount(options.scriptName);
  }

  /** Throws an Error where the path is not below SCRIPT_NAME. */
  make(exchange: Exchange, parts: EnvironParts): WsgiEnviron {
    const { head } = exchange;
    const ends = this.#ends.of(exchange.peer);
    const { path, query } = splitTarget(head);
    const environ: WsgiEnviron = {
      "wsgi.version": WSGI_VERSION,
      "wsgi.url_scheme": exchange.origin.scheme,
      "wsgi.input": parts.input,
      "wsgi.input_terminated": true,
      "wsgi.errors": parts.errors,
      // As in gunicorn's gevent worker: calls take turns where they wait.
      "wsgi.multithread": true,
      "wsgi.multiprocess": this.#options.isMultiprocess,
      "wsgi.run_once": false,
      "wsgi.file_wrapper": wrapFile,
      "wsgi.early_hints": parts.earlyHints,
      "tsgunicorn.context": parts.context,
      SERVER_SOFTWARE: SOFTWARE,
      SERVER_PROTOCOL: head.minorVersion === 1 ? "HTTP/1.1" : "HTTP/1.0",
      SERVER_NAME: ends.localAddress,
      SERVER_PORT: ends.localPort,
      REMOTE_ADDR: ends.remoteAddress,
      REQUEST_METHOD: head.method,
      RAW_URI: head.target,
      SCRIPT_NAME: this.#scriptName,
      PATH_INFO: path,
      QUERY_STRING: query,
    };
    if (ends.remotePort !== "") environ.REMOTE_PORT = ends.remotePort;
    this.#addFields(environ, head.fields);
    // The target's authority is what counts, not Host (RFC 9112 §3.2.2).
    if (head.form === "absolute") environ.HTTP_HOST = head.authority;
    if (environ.SCRIPT_NAME !== "") environ.PATH_INFO = pathBelow(path, environ.SCRIPT_NAME);
    environ.PATH_INFO = percentDecode(environ.PATH_INFO);
    if (ends.localAddress === "") {
      const { addresses } = this.#options;
      [environ.SERVER_NAME, environ.SERVER_PORT] = nameOfHost(environ.HTTP_HOST, environ["wsgi.url_scheme"], addresses);
    }
    if (ends.isProxied) {
      environ.PROXY_PROTOCOL = ends.localAddress.includes(":") ? "TCP6" : "TCP4";
      environ.PROXY_ADDR = ends.localAddress;
      environ.PROXY_PORT = ends.localPort;
    }
    return environ;
  }

  #addFields(environ: WsgiEnviron, fields: readonly string[]): void {
    for (let i = 0; i + 1 < fields.length; i += 2) {
      const name = fields[i] ?? "";
      const value = fields[i + 1] ?? "";
      const key = this.#keys.keyOf(name);
      if (key === NO_KEY) continue;
      const before = environ[key];
      environ[key] = before === undefined ? value : `${before}${key === "HTTP_COOKIE" ? "; " : ", "}${value}`;
      // With an underscore only: such a name passes the trust rules (`header_map`, `forwarder_headers`).
      if (key === "HTTP_SCRIPT_NAME" && name.includes("_")) environ.SCRIPT_NAME = trimMount(value);
    }
  }
}
