/** @module The file of a program: `server.js`, `./server`, or a folder with a package.json as Node runs it. */
import { APP_LOAD_EXIT_CODE } from "../exit-codes.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";
import { findModule } from "./find-module.ts";
import { AppLoadError } from "./load-error.ts";
import { parseTarget } from "./target.ts";

/** A URL. Throws an {@link AppLoadError}: 4 for a target that names an export, 3 where there is no such file. */
export function findProgram(adapter: Pick<RuntimeAdapter, "files" | "modules">, program: string, cwd: string): string {
  const target = parseTarget(program);
  if (target.name !== null) {
    throw new AppLoadError(APP_LOAD_EXIT_CODE, `Failed to find program '${program}': it names the export '${target.name}'`, [
      `The script interface runs a whole program: name the file alone, as in '${target.module}'. To serve an export, leave --interface away`,
    ]);
  }
  const main = target.module.startsWith("file:") ? null : mainOfFolder(adapter, target.module, cwd);
  return findModule(adapter, main === null ? target : { ...target, module: main }, cwd);
}

/** `"main"` of a folder's package.json, as a path; null where there is none. */
function mainOfFolder({ files }: Pick<RuntimeAdapter, "files">, path: string, cwd: string): string | null {
  const folder = files.absolute(path.startsWith("/") ? path : `${cwd}/${path}`);
  const manifest = `${folder}/package.json`;
  if (!files.isDirectory(folder) || !files.isFile(manifest)) return null;
  try {
    const value: unknown = JSON.parse(files.readText(manifest));
    const main = typeof value === "object" && value !== null && "main" in value ? value.main : null;
    return typeof main === "string" && main !== "" ? `${folder}/${main.replace(/^\.?\//, "")}` : null;
  } catch {
    // A manifest that nobody can read names nothing.
    return null;
  }
}
