/**
 * Which runtime this is: the only place that asks.
 *
 * @module
 */
import type { RuntimeName } from "../src/runtime/port.ts";

/** Bun before Deno before Node: the first two also claim to be Node, and a Deno global may be a polyfill on the others. */
export function detectRuntime(): RuntimeName {
  if ("Bun" in globalThis) return "bun";
  if ("Deno" in globalThis) return "deno";
  return "node";
}
