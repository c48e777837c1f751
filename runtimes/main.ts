/**
 * The program of the npm package: finds out which runtime it is on and starts with that adapter.
 *
 * @module
 */
import process from "node:process";
import { main } from "../src/main.ts";
import type { RuntimeAdapter, RuntimeName } from "../src/runtime/port.ts";
import { detectRuntime } from "./detect.ts";

const LOADERS: Readonly<Record<RuntimeName, () => Promise<{ readonly adapter: RuntimeAdapter }>>> = {
  node: () => import("./node/adapter.ts"),
  bun: () => import("./bun/adapter.ts"),
  deno: () => import("./deno/adapter.ts"),
};

const { adapter } = await LOADERS[detectRuntime()]();
await main(adapter, process.argv.slice(2));
