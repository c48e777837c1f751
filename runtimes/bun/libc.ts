/**
 * The C library through bun:ffi.
 *
 * @module
 */
import { createRequire } from "node:module";
import { type CType, type Libc, type LibcArgument, libcFunctions, loadFirst, SIGNATURES } from "../shared/libc.ts";

/** What this file uses of bun:ffi. */
interface BunFfi {
  dlopen(
    file: string,
    symbols: Readonly<Record<string, Signature>>,
  ): { readonly symbols: Readonly<Record<string, NativeFunction>> };
  readonly read: { i32(address: number | bigint, offsetBytes: number): number };
}

interface Signature {
  readonly args: readonly string[];
  readonly returns: string;
}

type NativeFunction = (...args: readonly LibcArgument[]) => number | bigint;

const TYPES: Readonly<Record<CType, string>> = { int: "i32", uint: "u32", long: "i64", buffer: "ptr" };

let loaded: Libc | null = null;

/** Loads it the first time. Throws an Error when there is no C library that Bun can load. */
export function loadLibc(): Libc {
  loaded ??= bindLibc(requireFfi());
  return loaded;
}

// Not a static import: most processes that load the adapter never need it.
function requireFfi(): BunFfi {
  const ffi: BunFfi = createRequire(import.meta.url)("bun:ffi");
  return ffi;
}

function bindLibc({ dlopen, read }: BunFfi): Libc {
  const signatures: Record<string, Signature> = { __errno_location: { args: [], returns: "ptr" } };
  for (const name of libcFunctions()) {
    const { parameters, result } = SIGNATURES[name];
    signatures[name] = { args: parameters.map((type) => TYPES[type]), returns: TYPES[result] };
  }
  const { symbols } = loadFirst((file) => dlopen(file, signatures));
  // A variable of the main thread at a fixed address: asked for once, because another call could change it.
  const errnoAddress = symbols["__errno_location"]?.();
  if (errnoAddress === undefined) throw new Error("The C library has no errno");
  return {
    call: (name, ...args) => Number(symbols[name]?.(...args)),
    errno: () => read.i32(errnoAddress, 0),
  };
}
