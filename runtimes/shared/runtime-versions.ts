/**
 * The oldest runtimes that this program can run on.
 *
 * @module
 */
import type { RuntimeName, WorkerRuntime } from "../../src/runtime/port.ts";

/** How each is called in texts, and how one gets it. */
export const RUNTIME_TEXTS: Readonly<Record<RuntimeName, { readonly title: string; readonly install: string }>> = {
  node: { title: "Node", install: 'https://nodejs.org, or "npm install node" in the project' },
  bun: { title: "Bun", install: 'https://bun.sh, or "npm install bun" in the project' },
  deno: { title: "Deno", install: 'https://deno.com, or "npm install deno" in the project' },
};

/** Built JavaScript. Bun and Deno: the release series that the traps are tested on; older ones lose descriptors in other ways. */
const MINIMUM: Readonly<Record<RuntimeName, string>> = { node: "20.6", bun: "1.4", deno: "2.9" };

/** A checkout is TypeScript, which Node strips of its types from here on. */
const NODE_MINIMUM_FOR_TYPESCRIPT = "22.18";

/** Why the runtime is too old to run this program; null when it is not. `isBuilt`: the program is JavaScript. */
export function tooOld({ name, version, file }: WorkerRuntime, isBuilt: boolean): string | null {
  const minimum = name === "node" && !isBuilt ? NODE_MINIMUM_FOR_TYPESCRIPT : MINIMUM[name];
  if (isAtLeast(version, minimum)) return null;
  const what = name === "node" && !isBuilt ? "a checkout of tsgunicorn, which is TypeScript," : "tsgunicorn";
  return `${what} needs ${RUNTIME_TEXTS[name].title} ${minimum} or newer, and "${file}" is ${version}`;
}

/** Compares major and minor version; what follows does not matter, nor does a pre-release. */
function isAtLeast(version: string, minimum: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  const [leastMajor = 0, leastMinor = 0] = minimum.split(".").map(Number);
  return major > leastMajor || major === leastMajor && minor >= leastMinor;
}
