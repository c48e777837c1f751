/** @module `tsgunicorn init`: a config file with comments and, on request, units for systemd. */
import { ConfigError } from "../../config/errors.ts";
import { CONFIG_FILE_NAMES } from "../../config/locate-file.ts";
import { findEntryFiles } from "../entry-files.ts";
import type { SubcommandHost } from "../run-subcommand.ts";
import { type ConfigForm, renderConfig } from "./config-text.ts";
import { findForm } from "./form.ts";
import { renderNextSteps } from "./next-steps.ts";
import { renderService, renderSocket, type UnitDraft } from "./units.ts";

/** What the user asks for. */
export interface InitRequest {
  /** Null: what suits the project. */
  readonly form: ConfigForm | null;
  readonly withUnits: boolean;
  readonly force: boolean;
  /** What shall be served; null: what is found. */
  readonly app: string | null;
}

interface Draft {
  readonly name: string;
  readonly text: string;
}

const PACKAGE = "tsgunicorn";
const SCHEMA = `node_modules/${PACKAGE}/docs/tsgunicorn.schema.json`;
const FILE_MODE = 0o644;

/** Writes all of it or nothing. Gives the exit status; throws a {@link ConfigError} for what is in the way. */
export function init(host: SubcommandHost, request: InitRequest): number {
  const directory = host.process.cwd();
  const there = CONFIG_FILE_NAMES.filter((name) => host.files.isFile(host.files.absolute(name)));
  const app = request.app ?? findEntryFiles(host, directory)[0] ?? null;
  const keepsConfig = request.withUnits && there.length > 0;
  const drafts: Draft[] = keepsConfig ? [] : [draftConfig(host, request, app, there)];
  const command = request.withUnits ? ownCommand(host) : [];
  if (request.withUnits) {
    const unit: UnitDraft = { command, directory, user: userOf(host.process.env) };
    drafts.push({ name: "tsgunicorn.service", text: renderService(unit) }, {
      name: "tsgunicorn.socket",
      text: renderSocket(unit),
    });
  }
  const inTheWay = request.force ? [] : drafts.filter(({ name }) => host.files.isFile(host.files.absolute(name)));
  if (inTheWay.length > 0) {
    throw refusal(
      `${quoted(inTheWay)} ${inTheWay.length === 1 ? "is" : "are"} there already`,
      "--force overwrites what is there",
    );
  }
  for (const { name, text } of drafts) write(host, name, text);
  const [kept] = there;
  const written = drafts.map(({ name }) => name);
  host.logs.print(
    "stdout",
    renderNextSteps({
      written,
      kept: keepsConfig && kept !== undefined ? kept : null,
      app,
      withUnits: request.withUnits,
      command,
    }),
  );
  return 0;
}

function draftConfig(
  host: SubcommandHost,
  { form: wanted, force }: InitRequest,
  app: string | null,
  there: readonly string[],
): Draft {
  const form = wanted ?? findForm(host);
  const name = `tsgunicorn.config.${form === "js" ? "mjs" : form}`;
  if (form === "ts" && !host.modules.extensions.includes(".ts")) {
    throw refusal(`${host.name} ${host.version} cannot import "${name}"`, "write --js or --json");
  }
  // A second one would make every start fail, and a file of somebody is never removed.
  const other = there.find((each) => each !== name);
  if (other !== undefined) {
    throw refusal(`"${other}" is there already`, `remove it${force ? " first" : ""}, or write --${formOf(other)} --force`);
  }
  const hasPackage = host.modules.resolve(PACKAGE, host.process.cwd()) !== null;
  const schema = host.files.isFile(host.files.absolute(SCHEMA)) ? `./${SCHEMA}` : null;
  return { name, text: renderConfig({ form, app, hasPackage, schema }) };
}

/** The flag that writes a file of this name, or one like it. */
function formOf(name: string): ConfigForm {
  return name.endsWith("ts") ? "ts" : name.endsWith("json") ? "json" : "js";
}

/** With absolute paths, so that nothing depends on where it is started. */
function ownCommand({ spawner, files }: SubcommandHost): readonly string[] {
  return spawner.ownCommand().map((word) =>
    !word.startsWith("-") && files.isFile(files.absolute(word)) ? files.absolute(word) : word
  );
}

/** Who runs this, or who became root for it. */
function userOf(env: Readonly<Record<string, string | undefined>>): string | null {
  const user = env["SUDO_USER"] ?? env["USER"] ?? env["LOGNAME"] ?? "";
  return user !== "root" && /^[a-zA-Z_][a-zA-Z0-9_-]*$/.test(user) ? user : null;
}

function write({ files }: SubcommandHost, name: string, text: string): void {
  try {
    files.replaceText(files.absolute(name), text, FILE_MODE);
  } catch (error) {
    throw refusal(error instanceof Error ? error.message : String(error), null);
  }
}

function quoted(drafts: readonly Draft[]): string {
  return drafts.map(({ name }) => `"${name}"`).join(" and ");
}

function refusal(message: string, hint: string | null): ConfigError {
  return new ConfigError([{ setting: null, source: null, message, hint }]);
}
