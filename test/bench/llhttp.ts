/**
 * llhttp, the parser of node:http, fed by hand: `HTTPParser` of the internal module `_http_common`, which all three runtimes have.
 * It gives the head as strings to a callback, as node:http would get it. It checks less than ours: that Host is there and valid, the
 * request-target, the field values' bytes beyond ASCII and the total size are matters of node:http or nobody.
 *
 * @module
 */
import { createRequire } from "node:module";

interface LlhttpParser {
  initialize(type: number, owner: object): void;
  /** Bytes that were read, or an error. */
  execute(bytes: Uint8Array): number | Error;
  [event: number]: (...args: never[]) => unknown;
}

interface LlhttpClass {
  new (): LlhttpParser;
  readonly REQUEST: number;
  readonly kOnHeaders: number;
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
}

const { HTTPParser }: { readonly HTTPParser: LlhttpClass } = createRequire(import.meta.url)("_http_common");

export class Llhttp {
  /** Heads that were read whole. */
  requests = 0;
  bodyBytes = 0;
  /** Messages that ended. */
  messages = 0;
  /** Strings of field names and values. */
  strings = 0;
  readonly #parser: LlhttpParser;

  constructor() {
    const parser = new HTTPParser();
    parser.initialize(HTTPParser.REQUEST, {});
    // More than 32 fields come in parts.
    parser[HTTPParser.kOnHeaders] = (fields: readonly string[]) => void (this.strings += fields.length);
    parser[HTTPParser.kOnHeadersComplete] = (_major: number, _minor: number, fields: readonly string[] | undefined) => {
      this.requests++;
      this.strings += fields?.length ?? 0;
      return 0;
    };
    parser[HTTPParser.kOnBody] = (bytes: Uint8Array) => void (this.bodyBytes += bytes.length);
    parser[HTTPParser.kOnMessageComplete] = () => void this.messages++;
    this.#parser = parser;
  }

  execute(bytes: Uint8Array): void {
    const read = this.#parser.execute(bytes);
    if (read !== bytes.length) throw read instanceof Error ? read : new Error(`llhttp read ${read} of ${bytes.length} bytes`);
  }
}
