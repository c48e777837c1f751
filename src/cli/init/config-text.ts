/** @module The text of the config file that `tsgunicorn init` writes. */
import { declarationOf, type SettingName } from "../../config/settings.ts";
import { wrap } from "../wrap.ts";

/** How the file is written. */
export type ConfigForm = "ts" | "js" | "json";

/** What goes into the file. */
export interface ConfigDraft {
  readonly form: ConfigForm;
  /** What to serve; null where nobody knows. */
  readonly app: string | null;
  /** Whether `import "tsgunicorn"` finds the package from where the file is. */
  readonly hasPackage: boolean;
  /** The JSON Schema for an editor, as a path from the file or a URL; null where there is none. */
  readonly schema: string | null;
}

const COMMENT_COLUMNS = 100;

/** What people change first, in the order of the file. The others are in comments. */
const SHOWN: readonly SettingName[] = [
  "wsgi_app",
  "bind",
  "workers",
  "timeout",
  "graceful_timeout",
  "keepalive",
  "max_requests",
  "max_requests_jitter",
  "max_worker_memory",
  "forwarded_allow_ips",
  "loglevel",
  "errorlog",
  "accesslog",
  "raw_env",
  "reload",
];

const HEADER: readonly string[] = [
  "The settings of tsgunicorn that are changed first. All there are: tsgunicorn --help; all about one: tsgunicorn --help workers.",
  "What is commented out shows the default or, where that says nothing, an example.",
];

/** Ends with a newline. What it sets passes `--check-config`. */
export function renderConfig(draft: ConfigDraft): string {
  return draft.form === "json" ? renderJson(draft) : renderModule(draft);
}

function renderModule({ app, hasPackage }: ConfigDraft): string {
  const set = chosen(app);
  const entries = SHOWN.map((name) => {
    const value = set.get(name);
    const comment = commentLines(declarationOf(name).description, "  ");
    return [...comment, `  ${value === undefined ? "// " : ""}${name}: ${toSource(value ?? sampleOf(name))},`].join("\n");
  });
  const types =
    "With the package installed (npm install tsgunicorn), its defineConfig gives these names and their types to an editor.";
  return [
    `${HEADER.flatMap((text) => commentLines(text, "")).join("\n")}\n`,
    hasPackage ? 'import { defineConfig } from "tsgunicorn";\n' : commentLines(types, "").join("\n"),
    `export default ${hasPackage ? "defineConfig({" : "{"}`,
    entries.join("\n\n"),
    hasPackage ? "});\n" : "};\n",
  ].join("\n");
}

function renderJson({ app, schema }: ConfigDraft): string {
  const set = chosen(app);
  const settings: Record<string, unknown> = schema === null ? {} : { $schema: schema };
  for (const name of SHOWN) {
    const value = set.get(name) ?? declarationOf(name).default;
    // Null, false, 0 and the empty list say nothing.
    if (value !== null && value !== false && value !== 0 && !(Array.isArray(value) && value.length === 0)) settings[name] = value;
  }
  return `${JSON.stringify(settings, null, 2)}\n`;
}

/** What is not left at its default: the application, and a worker for each processor. The address is there to be seen. */
function chosen(app: string | null): ReadonlyMap<SettingName, unknown> {
  const set = new Map<SettingName, unknown>([["bind", declarationOf("bind").default], ["workers", "auto"]]);
  if (app !== null) set.set("wsgi_app", app);
  return set;
}

function sampleOf(name: SettingName): unknown {
  const { default: value, example } = declarationOf(name);
  return value === null || value === false || value === 0 || Array.isArray(value) && value.length === 0 ? example : value;
}

function commentLines(text: string, indent: string): readonly string[] {
  return wrap(text, COMMENT_COLUMNS).map((line) => `${indent}// ${line}`);
}

function toSource(value: unknown): string {
  return Array.isArray(value) ? `[${value.map((item: unknown) => JSON.stringify(item)).join(", ")}]` : JSON.stringify(value);
}
