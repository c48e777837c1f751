/**
 * What Node can import, and what to say when it cannot.
 *
 * @module
 */
// As a namespace: Node 20 does not have the function, and a named import would not even load there.
import * as nodeModule from "node:module";
import process from "node:process";
import type { ModulePort } from "../../src/runtime/port.ts";
import { createModules, WITH_TYPESCRIPT, WITHOUT_TYPESCRIPT } from "../shared/modules.ts";

// Unset before 22.10, false where the flag --experimental-strip-types is missing or stripping was turned off.
const stripsTypes: boolean = Boolean(process.features.typescript);

/** What Node says of module syntax in a file that it takes for CommonJS, because the nearest package.json says so. */
const ES_SYNTAX =
  /Unexpected token 'export'|Cannot use import statement outside a module|Cannot use 'import\.meta' outside a module/;

const common: ModulePort = createModules({
  extensions: stripsTypes ? WITH_TYPESCRIPT : WITHOUT_TYPESCRIPT,
  condition: "node-addons",
  importHint(code, message): string | null {
    if (code === "ERR_UNKNOWN_FILE_EXTENSION" && /\.[cm]?tsx?\b|\.jsx\b/.test(message)) return unknownExtension(message);
    if (code === "SyntaxError" && ES_SYNTAX.test(message)) {
      return 'Node takes the file for CommonJS: set "type": "module" in package.json, or name the file .mts or .mjs';
    }
    return HINTS[code] ?? null;
  },
});

/** The module port of Node. */
export const modules: ModulePort = {
  ...common,
  importHint: (error) => stopsAtDecorator(error) ? DECORATORS : common.importHint(error),
  locateSyntaxError,
};

/** Node shows the line where it stopped before the error's name. */
function stopsAtDecorator(error: unknown): boolean {
  return error instanceof SyntaxError && /:\d+\n\s*@[A-Za-z_$].*\n\s*\^/.test(error.stack ?? "");
}

/** Node strips types with a parser that says where it stopped; JavaScript is TypeScript to it. */
function locateSyntaxError(source: string, moduleUrl: string): string | null {
  if (!("stripTypeScriptTypes" in nodeModule)) return null;
  try {
    nodeModule.stripTypeScriptTypes(source, { mode: "strip", sourceUrl: moduleUrl });
    return null;
  } catch (error) {
    // The stack begins with the place and an excerpt; what follows is Node's own.
    return error instanceof SyntaxError ? (error.stack ?? "").split(/\n\s*\n|\nSyntaxError/, 1)[0] ?? null : null;
  }
}

/** Install it first. Workers get the environment of the arbiter. */
const COMPILER = 'NODE_OPTIONS="--import tsx"';

const DECORATORS =
  `Node does not know decorators: build the application first, run it on Bun or Deno, or load a compiler: ${COMPILER}`;

const HINTS: Readonly<Record<string, string>> = {
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX:
    `Node only strips types: enums, namespaces and parameter properties need a build, Bun, Deno or a compiler: ${COMPILER}`,
  ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING:
    "Node does not strip types of packages in node_modules: the package has to be built",
  ERR_MODULE_NOT_FOUND: "Node wants the file extension in relative imports, such as './types.ts', and packages to be installed",
  ERR_REQUIRE_ESM: 'The module is an ES module that "require" cannot load here: use "import"',
};

function unknownExtension(message: string): string {
  if (/\.[jt]sx\b/.test(message)) {
    return `Node cannot import JSX: build the application first, run it on Bun or Deno, or load a compiler: ${COMPILER}`;
  }
  return `Node ${process.versions.node} cannot import TypeScript: use Node 22.18 or newer, Bun or Deno, build the application first, or load a compiler: ${COMPILER}`;
}
