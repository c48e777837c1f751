/**
 * What Bun can import, and what to say when it cannot.
 *
 * @module
 */
import type { ModulePort } from "../../src/runtime/port.ts";
import { createModules, WITH_JSX } from "../shared/modules.ts";

/** The module port of Bun. */
export const modules: ModulePort = createModules({
  extensions: WITH_JSX,
  condition: "bun",
  importHint(_, message): string | null {
    // Bun resolves extensions by itself: what it cannot find is a package or a file that is not there.
    return /^Cannot find (?:module|package)/.test(message) ? 'A package that is missing is installed with "bun install"' : null;
  },
});
