/** @module Counts what searches in bytes look at: a search that begins again with every piece makes a long line cost its square. */

interface Searchable {
  indexOf(this: Uint8Array, byte: number, from?: number): number;
}

/** The bytes that all searches with `indexOf` looked at while `run` ran, also those that are room and hold nothing. */
export function countScannedBytes(run: () => void): number {
  const prototype: Searchable = Object.getPrototypeOf(Uint8Array.prototype);
  const indexOf = prototype.indexOf;
  let scannedBytes = 0;
  prototype.indexOf = function (byte, from = 0): number {
    const at = indexOf.call(this, byte, from);
    scannedBytes += (at < 0 ? this.length : at + 1) - from;
    return at;
  };
  try {
    run();
  } finally {
    prototype.indexOf = indexOf;
  }
  return scannedBytes;
}
