/** @module The setting that names an application: `module:name`. */
import { APP_LOAD_EXIT_CODE } from "../exit-codes.ts";
import { AppLoadError } from "./load-error.ts";

export interface AppTarget {
  /** A path, a `file:` URL or a package, as the user gave it. */
  readonly module: string;
  /** Null: the default export, or one of the usual names. */
  readonly name: string | null;
}

/** What comes before a colon that separates nothing: a scheme, or the letter of a Windows drive. */
const SCHEME = /^(?:file|npm|jsr|node|data|https?)$/;

const EXPORT_NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/**
 * Splits at the last colon, save where that belongs to a URL (`file:///srv/app.ts`), a specifier (`npm:hono`) or a drive (`C:\app.ts`).
 * Throws an {@link AppLoadError} (4) for a name that no export can have.
 */
export function parseTarget(target: string): AppTarget {
  const colon = target.lastIndexOf(":");
  const module = target.slice(0, colon);
  const name = target.slice(colon + 1);
  if (colon < 0 || SCHEME.test(module) || /[/\\]/.test(name)) return requireModule(target, target, null);
  if (!EXPORT_NAME.test(name)) {
    throw new AppLoadError(APP_LOAD_EXIT_CODE, `Failed to parse '${name}' as an attribute name.`, [
      `The application '${target}' must be given as 'module:name', where the name is that of an export`,
      name.includes("(") ? "Calling a function that makes the application is not supported: export what it returns" : "",
    ]);
  }
  return requireModule(target, module, name);
}

function requireModule(target: string, module: string, name: string | null): AppTarget {
  if (module !== "") return { module, name };
  throw new AppLoadError(APP_LOAD_EXIT_CODE, `Failed to find application object: '${target}'`, [
    "Name the module too, as in 'app:handler'",
  ]);
}
