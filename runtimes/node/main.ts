/**
 * tsgunicorn on Node.
 *
 * @module
 */
import process from "node:process";
import { main } from "../../src/main.ts";
import { adapter } from "./adapter.ts";

await main(adapter, process.argv.slice(2));
