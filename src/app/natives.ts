/**
 * The runtime's own fetch classes, taken before anything replaces the globals. The light objects chain to their prototypes and
 * turn into them when code needs one.
 *
 * @module
 */

/** The `Request` that the runtime came with. */
export const NativeRequest: typeof Request = globalThis.Request;

/** The `Response` that the runtime came with. */
export const NativeResponse: typeof Response = globalThis.Response;

/** The `Headers` that the runtime came with; it is never replaced. */
export const NativeHeaders: typeof Headers = globalThis.Headers;

/**
 * Gives the prototype `light` everything that `native` has and it lacks, through a native object made on demand. So a property
 * that only one runtime has (`textStream`, `headers.count`) works on light objects too, in releases that are not written yet.
 */
export function forwardMissing<T extends object>(light: T, native: object, materialize: (self: T) => object): void {
  for (const name of Object.getOwnPropertyNames(native)) {
    if (Object.hasOwn(light, name)) continue;
    const property = Object.getOwnPropertyDescriptor(native, name);
    if (property === undefined) continue;
    const method: unknown = property.value;
    if (typeof method === "function") {
      Object.defineProperty(light, name, {
        value(this: T, ...args: unknown[]): unknown {
          return Reflect.apply(method, materialize(this), args);
        },
        configurable: true,
        writable: true,
      });
    } else if (property.get !== undefined) {
      Object.defineProperty(light, name, {
        get(this: T): unknown {
          return Reflect.get(materialize(this), name);
        },
        configurable: true,
      });
    }
  }
}

/** Called by `console.log` on Node and Bun, with their own printer as the third argument. */
const INSPECT: symbol = Symbol.for("nodejs.util.inspect.custom");

/** Called by `console.log` on Deno before the other, with its printer as the first argument. */
const DENO_INSPECT: symbol = Symbol.for("Deno.privateCustomInspect");

/** Makes light objects print like the native ones, without making those: the inherited methods would look inside, or read the body. */
export function printAs<T extends object>(light: T, name: string, describe: (self: T) => object): void {
  const print = (self: T, inspect: unknown, options: unknown): unknown => {
    const parts = describe(self);
    return typeof inspect === "function" ? `${name} ${inspect(parts, options)}` : parts;
  };
  Object.defineProperty(light, INSPECT, {
    value(this: T, _depth: number, options: unknown, inspect: unknown): unknown {
      return print(this, inspect, options);
    },
    configurable: true,
  });
  Object.defineProperty(light, DENO_INSPECT, {
    value(this: T, inspect: unknown, options: unknown): unknown {
      return print(this, inspect, options);
    },
    configurable: true,
  });
}
