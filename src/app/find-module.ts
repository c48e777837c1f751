/** @module From the module that a user names to a URL for `import()`. */
import { nearest } from "../config/nearest.ts";
import { WORKER_BOOT_EXIT_CODE } from "../exit-codes.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";
import { AppLoadError } from "./load-error.ts";
import { type AppTarget, targetText } from "./target.ts";

/** Left to the runtime, which may or may not import them. */
const REMOTE = /^(?:npm|jsr|node|data|https?):/;

const SOURCE_FILE = /\.[cm]?[jt]sx?$/;

/** Throws an {@link AppLoadError} (3) that names what was tried. */
export function findModule(adapter: Pick<RuntimeAdapter, "files" | "modules">, target: AppTarget, cwd: string): string {
  const found = resolveQuietly(adapter, target.module, cwd);
  if (found !== null) return found;
  if (REMOTE.test(target.module)) return target.module;
  const path = absolutePath(adapter, target.module, cwd);
  const sources = sourcesBeside(adapter, path);
  // A file that this runtime cannot import: the attempt fails with the runtime's own reason, and what to do about it.
  const foreign = sources.names.find((name) => name.replace(SOURCE_FILE, "") === sources.base);
  if (foreign !== undefined) return adapter.files.toUrl(`${sources.folder}/${foreign}`);
  const extensions = adapter.modules.extensions.join(", ");
  const isPath = /^\.{0,2}[/\\]|^[A-Za-z]:[/\\]|^file:/.test(target.module);
  throw new AppLoadError(WORKER_BOOT_EXIT_CODE, `Failed to load '${targetText(target)}': cannot find module '${target.module}'`, [
    `Tried: ${path}, then with ${extensions}, then as a folder with an index file${
      isPath ? "" : `, then a package '${target.module}'`
    }`,
    suggest(target, sources),
  ]);
}

/** Malformed `file:` URLs and package manifests are as good as missing modules. */
function resolveQuietly(adapter: Pick<RuntimeAdapter, "modules">, module: string, cwd: string): string | null {
  try {
    return adapter.modules.resolve(module, cwd);
  } catch {
    return null;
  }
}

function absolutePath(adapter: Pick<RuntimeAdapter, "files">, module: string, cwd: string): string {
  if (module.startsWith("file:")) return module;
  const isAbsolute = /^[/\\]|^[A-Za-z]:[/\\]/.test(module);
  return adapter.files.absolute(isAbsolute ? module : `${cwd}/${module}`);
}

interface Sources {
  readonly folder: string;
  /** The last part of the path that was asked for. */
  readonly base: string;
  /** Source files in the folder. */
  readonly names: readonly string[];
}

function sourcesBeside(adapter: Pick<RuntimeAdapter, "files">, path: string): Sources {
  const border = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  const folder = path.slice(0, border);
  const names = adapter.files.list(folder === "" ? "/" : folder).filter((name) => SOURCE_FILE.test(name));
  return { folder, base: path.slice(border + 1), names };
}

/** The module of nearly that name. */
function suggest(target: AppTarget, { base, names }: Sources): string {
  const near = nearest(base, names.map((name) => SOURCE_FILE.test(base) ? name : name.replace(SOURCE_FILE, "")));
  if (near === null) return "";
  const module = target.module.slice(0, target.module.length - base.length) + near;
  return `Did you mean '${targetText({ ...target, module })}'?`;
}
