import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";

const actual = process.versions["bun"] ? "bun" : process.versions["deno"] ? "deno" : "node";

test("this job runs on the runtime its name says", { skip: process.env["RUNTIME"] ? false : "RUNTIME is not set" }, () => {
  assert.equal(actual, process.env["RUNTIME"]);
});
