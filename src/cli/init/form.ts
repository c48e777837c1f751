/** @module Which form of config file suits a project. */
import type { SubcommandHost } from "../run-subcommand.ts";
import type { ConfigForm } from "./config-text.ts";

/** Where one of these is, TypeScript is at home. */
const SIGNS: readonly string[] = ["tsconfig.json", "deno.json", "deno.jsonc", "bunfig.toml", "bun.lock", "bun.lockb"];

/** TypeScript where the runtime imports it and the project, or the runtime itself, speaks for it; else JavaScript. */
export function findForm(
  { name, files, modules, process }: Pick<SubcommandHost, "name" | "files" | "modules" | "process">,
): ConfigForm {
  if (!modules.extensions.includes(".ts")) return "js";
  if (name !== "node" || SIGNS.some((sign) => files.isFile(files.absolute(sign)))) return "ts";
  const names = [...files.list(process.cwd()), ...files.list(files.absolute("src"))];
  return names.some((each) => /\.[mc]?tsx?$/.test(each)) ? "ts" : "js";
}
