/**
 * What Deno can import, and what to say when it cannot.
 *
 * @module
 */
import type { ModulePort } from "../../src/runtime/port.ts";
import { createModules, WITH_JSX } from "../shared/modules.ts";

/** The module port of Deno. */
export const modules: ModulePort = createModules({
  extensions: WITH_JSX,
  condition: "deno",
  importHint(_, message): string | null {
    if (/not a dependency/.test(message)) {
      return 'Deno finds packages that "deno.json" or "package.json" name: add it there and run "deno install"';
    }
    if (/^(?:Module not found|Cannot find module)/.test(message)) return "Deno wants the file extension in relative imports";
    if (/^require is not defined/.test(message)) {
      return 'CommonJS on Deno needs the extension ".cjs" or "type": "commonjs" in package.json';
    }
    return null;
  },
});
