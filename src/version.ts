/** @module A test compares it with package.json and deno.json. */

/** Of tsgunicorn. */
export const VERSION = "0.1.0";
