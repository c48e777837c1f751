/**
 * Finds the file behind a package name as an `import` in another folder would. The runtimes only answer this for the folder of the file
 * that asks (import.meta.resolve) or for `require` (createRequire), which misses packages that only export for `import`.
 *
 * @module
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Absolute path, or null. `conditions`: the keys of conditional exports that this runtime knows
 * (https://nodejs.org/api/packages.html#conditional-exports).
 */
export function findPackageEntry(specifier: string, fromDirectory: string, conditions: ReadonlySet<string>): string | null {
  const match = /^(@[^/@]+\/[^/]+|[^./@][^/]*)(\/.+)?$/.exec(specifier);
  const name = match?.[1];
  if (name === undefined) return null;
  const subpath = match?.[2] ?? "";
  for (let folder = fromDirectory;; folder = dirname(folder)) {
    const root = join(folder, "node_modules", name);
    const manifest = readManifest(root);
    if (manifest !== null) return entryOf(root, manifest, subpath, conditions);
    if (folder === dirname(folder)) return null;
  }
}

function readManifest(root: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function entryOf(
  root: string,
  manifest: Readonly<Record<string, unknown>>,
  subpath: string,
  conditions: ReadonlySet<string>,
): string | null {
  const { exports, main } = manifest;
  if (exports !== undefined && exports !== null) {
    const target = exportTarget(exports, `.${subpath}`, conditions);
    return target === null ? null : existing(join(root, target));
  }
  if (subpath !== "") return existing(join(root, subpath)) ?? existing(join(root, `${subpath}.js`));
  const entry = join(root, typeof main === "string" ? main : "index.js");
  return existing(entry) ?? existing(`${entry}.js`) ?? existing(join(entry, "index.js"));
}

function exportTarget(exports: unknown, subpath: string, conditions: ReadonlySet<string>): string | null {
  const hasSubpaths = isRecord(exports) && Object.keys(exports).some((key) => key.startsWith("."));
  if (!hasSubpaths) return subpath === "." ? pick(exports, conditions) : null;
  if (Object.hasOwn(exports, subpath)) return pick(exports[subpath], conditions);
  // The pattern with the longest text before its "*" wins.
  const patterns = Object.keys(exports).filter((key) => key.includes("*")).sort((a, b) => b.indexOf("*") - a.indexOf("*"));
  for (const pattern of patterns) {
    const [head = "", tail = ""] = pattern.split("*");
    if (!subpath.startsWith(head) || !subpath.endsWith(tail) || subpath.length <= head.length + tail.length) continue;
    const middle = subpath.slice(head.length, subpath.length - tail.length);
    return pick(exports[pattern], conditions)?.replaceAll("*", () => middle) ?? null;
  }
  return null;
}

function pick(target: unknown, conditions: ReadonlySet<string>): string | null {
  if (typeof target === "string") return target.startsWith("./") && !target.includes("/../") ? target : null;
  if (Array.isArray(target)) return target.map((option) => pick(option, conditions)).find((path) => path !== null) ?? null;
  if (!isRecord(target)) return null;
  for (const [condition, value] of Object.entries(target)) {
    if (!conditions.has(condition)) continue;
    const path = pick(value, conditions);
    if (path !== null || value === null) return path;
  }
  return null;
}

function existing(path: string): string | null {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? path : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
