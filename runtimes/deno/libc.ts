/**
 * The C library through Deno.dlopen. Needs `--allow-ffi`.
 *
 * @module
 */
import { type CType, type Libc, libcFunctions, loadFirst, SIGNATURES } from "../shared/libc.ts";

const TYPES: Readonly<Record<CType, "i32" | "u32" | "i64" | "buffer">> = {
  int: "i32",
  uint: "u32",
  long: "i64",
  buffer: "buffer",
};

let loaded: Libc | null = null;

/** Loads it the first time. Throws an Error when the permission or the library is missing. */
export function loadLibc(): Libc {
  loaded ??= bindLibc();
  return loaded;
}

function bindLibc(): Libc {
  const signatures: Record<string, Deno.ForeignFunction> = {};
  for (const name of libcFunctions()) {
    const { parameters, result } = SIGNATURES[name];
    signatures[name] = { parameters: parameters.map((type) => TYPES[type]), result: TYPES[result] };
  }
  const { symbols } = loadFirst((file) => Deno.dlopen(file, signatures));
  const location = loadFirst((file) => Deno.dlopen(file, { __errno_location: { parameters: [], result: "pointer" } }));
  // A variable of the main thread at a fixed address: asked for once, because another call could change it.
  const errnoAddress = location.symbols.__errno_location();
  if (errnoAddress === null) throw new Error("The C library has no errno");
  const errno = new Deno.UnsafePointerView(errnoAddress);
  return {
    call: (name, ...args) => Number(symbols[name]?.(...args)),
    errno: () => errno.getInt32(),
  };
}
