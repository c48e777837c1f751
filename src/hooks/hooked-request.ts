/** @module A request as hooks see it: read when asked for. */
import type { Exchange } from "../app/application.ts";
import { fieldValue } from "../http/fields.ts";
import type { RequestHookContext } from "./types.ts";

export class HookedRequest implements RequestHookContext {
  readonly #exchange: Exchange;
  #remoteAddress: string | null = null;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** The client's address, known from elsewhere. */
  remember(remoteAddress: string): void {
    this.#remoteAddress ??= remoteAddress;
  }

  get method(): string {
    return this.#exchange.head.method;
  }

  get target(): string {
    return this.#exchange.head.target;
  }

  get path(): string {
    return this.target.split("?", 1)[0] ?? "";
  }

  get query(): string {
    const mark = this.target.indexOf("?");
    return mark < 0 ? "" : this.target.slice(mark + 1);
  }

  get version(): "1.0" | "1.1" {
    return this.#exchange.head.minorVersion === 0 ? "1.0" : "1.1";
  }

  get headers(): readonly (readonly [name: string, value: string])[] {
    const { fields } = this.#exchange.head;
    const pairs: [string, string][] = [];
    for (let i = 0; i + 1 < fields.length; i += 2) pairs.push([fields[i] ?? "", fields[i + 1] ?? ""]);
    return pairs;
  }

  header(name: string): string | null {
    return fieldValue(this.#exchange.head.fields, name.toLowerCase());
  }

  get remoteAddress(): string {
    return this.#remoteAddress ??= this.#exchange.origin.clientAddress;
  }
}
