/** @module The settings of a call of `serve` as a layer of the configuration. */
import type { Problem } from "../config/errors.ts";
import { fileLayer } from "../config/file-layer.ts";
import { type Layer, quote } from "../config/layer.ts";
import { isWorkerHookName } from "../hooks/names.ts";
import type { ServerHooks } from "../hooks/types.ts";

/** Origin of what the call says. */
export const CALL_ORIGIN = "serve()";

const OUTSIDE: Readonly<Record<string, string>> = {
  config: 'give it as an option: serve(settings, { config: "tsgunicorn.config.ts" })',
  env_file: "read the file yourself, and give what it says with raw_env or with the option env",
  check_config: 'run "tsgunicorn --check-config"',
  print_config: 'run "tsgunicorn --print-config"',
};

/** What the call says. */
export interface GivenSettings {
  readonly layer: Layer;
  readonly hooks: ServerHooks;
  readonly problems: readonly Problem[];
}

/** Reads the first argument of `serve`, whatever it is. */
export function readGiven(settings: object): GivenSettings {
  const problems: Problem[] = [];
  const refuse = (setting: string, message: string, hint: string | null): void =>
    void problems.push({ setting, source: CALL_ORIGIN, message, hint });
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(settings)) {
    const refusal = value === undefined ? null : refusalOf(name, value);
    if (refusal === null) values[name] = value;
    else refuse(name, ...refusal);
  }
  const { app, wsgi_app, ...rest } = values;
  if (app !== undefined && wsgi_app !== undefined) {
    refuse("app", "is another name of wsgi_app, which is also there", "leave one out");
  }
  const target = app ?? wsgi_app;
  const place = { origin: CALL_ORIGIN, title: CALL_ORIGIN, refusesHooks: null };
  const reading = fileLayer(target === undefined ? rest : { ...rest, wsgi_app: target }, place);
  return { layer: reading.layer, hooks: reading.hooks, problems: [...problems, ...reading.problems] };
}

/** Message and hint; null for what may be there. */
function refusalOf(name: string, value: unknown): readonly [string, string | null] | null {
  if (Object.hasOwn(OUTSIDE, name)) return ["cannot be given here", OUTSIDE[name] ?? null];
  if ((name === "app" || name === "wsgi_app") && typeof value !== "string") {
    const text = quote(value);
    return [`must be the name of a module, got ${text}`, 'workers are other processes: write app: "./app.ts:handler"'];
  }
  if (isWorkerHookName(name)) {
    const hint = "put it into a config file, and name that: serve(settings, { config })";
    return ["is a hook that workers call, and a function cannot be carried to other processes", hint];
  }
  if (name === "pre_exec") {
    return ["is called at an upgrade (USR2), which a server inside a program has not", "start the program anew instead"];
  }
  return name === "daemon" && value === true ? DAEMON_REFUSAL : null;
}

/** The process is the program's. */
export const DAEMON_REFUSAL: readonly [message: string, hint: string] = [
  "cannot be had inside a program: the process is the program's own",
  "start the program in the background, as a service",
];
