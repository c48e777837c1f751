/**
 * The C library through koffi: the one FFI that works on every Node from 20 on without a warning.
 *
 * @module
 */
import { createRequire } from "node:module";
import { type CType, type Libc, type LibcArgument, type LibcFunction, libcFunctions, SIGNATURES } from "../shared/libc.ts";

/** What this file uses of koffi. */
interface Koffi {
  load(path: null): { func(name: string, result: string, parameters: readonly string[]): NativeFunction };
  errno(): number;
}

type NativeFunction = (...args: readonly LibcArgument[]) => number | bigint;

const TYPES: Readonly<Record<CType, string>> = { int: "int", uint: "uint32_t", long: "int64_t", buffer: "void *" };

let loaded: Libc | null = null;

/** Synchronous, so that a worker can load it at the moment it first needs it. Throws an Error that says what to install. */
export function loadLibc(): Libc {
  loaded ??= bindLibc(requireKoffi());
  return loaded;
}

function requireKoffi(): Koffi {
  try {
    const koffi: Koffi = createRequire(import.meta.url)("koffi");
    return koffi;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new Error(`Cannot load "koffi", which opens sockets on Node: ${reason}. Install it with "npm install koffi"`, {
      cause: error,
    });
  }
}

function bindLibc(koffi: Koffi): Libc {
  const library = koffi.load(null);
  const functions = new Map<LibcFunction, NativeFunction>();
  for (const name of libcFunctions()) {
    const { parameters, result } = SIGNATURES[name];
    functions.set(name, library.func(name, TYPES[result], parameters.map((type) => TYPES[type])));
  }
  return {
    call: (name, ...args) => Number(functions.get(name)?.(...args)),
    errno: () => koffi.errno(),
  };
}
