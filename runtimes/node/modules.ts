/**
 * What Node can import, and what to say when it cannot.
 *
 * @module
 */
import process from "node:process";
import type { ModulePort } from "../../src/runtime/port.ts";
import { createModules, WITH_TYPESCRIPT, WITHOUT_TYPESCRIPT } from "../shared/modules.ts";

// Unset before 22.10, false where the flag --experimental-strip-types is missing or stripping was turned off.
const stripsTypes: boolean = Boolean(process.features.typescript);

/** The module port of Node. */
export const modules: ModulePort = createModules({
  extensions: stripsTypes ? WITH_TYPESCRIPT : WITHOUT_TYPESCRIPT,
  condition: "node-addons",
  importHint(code, message): string | null {
    if (code === "ERR_UNKNOWN_FILE_EXTENSION" && /\.[cm]?tsx?\b|\.jsx\b/.test(message)) return unknownExtension(message);
    return HINTS[code] ?? null;
  },
});

const HINTS: Readonly<Record<string, string>> = {
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX:
    "Node only strips types: enums, namespaces and parameter properties need a build step, or Bun or Deno",
  ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING:
    "Node does not strip types of packages in node_modules: the package has to be built",
  ERR_MODULE_NOT_FOUND: "Node wants the file extension in relative imports, such as './types.ts', and packages to be installed",
  ERR_REQUIRE_ESM: 'The module is an ES module that "require" cannot load here: use "import"',
};

function unknownExtension(message: string): string {
  if (/\.[jt]sx\b/.test(message)) return "Node cannot import JSX: build the application first, or run it on Bun or Deno";
  return `Node ${process.versions.node} cannot import TypeScript: use Node 22.18 or newer, Bun or Deno, or build the application first`;
}
