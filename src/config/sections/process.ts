/** @module How the server's processes stand in the system: background, variables, names, shared ports. */
import type { TArray, TBoolean, TString, TUnion } from "typebox";
import { declare, toggle } from "../declare.ts";
import type { Refusal } from "../errors.ts";
import { type OptionalText, optionalText } from "../optional-text.ts";
import type { Setting, TypeBuilder } from "../setting.ts";

const VARIABLES_MAX_COUNT = 1000;
/** A third of what Linux allows for one argument or variable. */
const VARIABLE_MAX_CHARS = 40_000;
/** Variables that make a process a worker or a new arbiter. */
const OWN_PREFIX = "_TSGUNICORN_";

/** Parts of the sections "Server Mechanics", "Process Naming" and "Logging". */
export interface ProcessSection {
  /** Run in the background, detached from the terminal. */
  readonly daemon: Setting<TBoolean>;
  /** Variables for the environment, as `NAME=VALUE`. */
  readonly raw_env: Setting<TArray<TString>, TUnion<[TString, TArray<TString>]>>;
  /** Load the application once before any worker is started for it. */
  readonly preload_app: Setting<TBoolean>;
  /** Let other servers listen on the same addresses. */
  readonly reuse_port: Setting<TBoolean>;
  /** A name for the titles of the processes; none means the application's. */
  readonly proc_name: Setting<OptionalText>;
  /** Let a daemon keep its standard output and standard error where they are no terminal. */
  readonly enable_stdio_inheritance: Setting<TBoolean>;
}

function variables(type: TypeBuilder): TArray<TString> {
  return type.Array(variable(type), { maxItems: VARIABLES_MAX_COUNT });
}

function variable(type: TypeBuilder): TString {
  return type.String({ maxLength: VARIABLE_MAX_CHARS });
}

/** The declarations. */
export const process: ProcessSection = {
  daemon: toggle({
    section: "Server Mechanics",
    restart: true,
    flags: ["-D", "--daemon"],
    description: "Run in the background, detached from the terminal.",
    details:
      "The command returns when the workers serve, with 0, or when they cannot, with the exit status and the error. Name an `errorlog` and a `pidfile`: the standard streams are `/dev/null` afterwards, and nothing else tells the process id. " +
      "The working directory stays, the umask becomes 022. With systemd, in a container and under any other supervisor leave it off.",
    since: "0.1.0",
    difference: "Gunicorn returns 0 before anything has been bound or loaded.",
  }),
  raw_env: declare({
    section: "Server Mechanics",
    kind: "list",
    schema: variables,
    input: (type) => type.Union([variable(type), variables(type)]),
    default: [],
    flags: ["-e", "--env"],
    metavar: "NAME=VALUE",
    description: "Variables for the environment, as `NAME=VALUE`.",
    details:
      "The flag may be repeated. Workers have them from their start on, so that variables of the runtime (`NODE_OPTIONS`) work too; the arbiter has them for its hooks. After a reload (HUP) exactly those of the new configuration are there. Of two with the same name the later counts.",
    check: checkVariables,
    example: ["LOG_LEVEL=debug", "TZ=UTC"],
    since: "0.1.0",
  }),
  preload_app: toggle({
    section: "Server Mechanics",
    flags: ["--preload"],
    description: "Load the application once before any worker is started for it.",
    details:
      "In a process of its own, with the user, the variables and the runtime of the workers, for as long as `boot_timeout` allows. A broken application stops the start before an address is bound, and a reload before a worker is touched.",
    since: "0.1.0",
    difference:
      "JavaScript processes cannot fork, so no memory is shared. Gunicorn ends with 1, here it is 3 or 4 as without it.",
  }),
  reuse_port: toggle({
    section: "Server Mechanics",
    flags: ["--reuse-port"],
    description: "Let other servers listen on the same addresses.",
    details:
      "Independent servers of one user can then share a TCP port, and the kernel spreads connections among them. Without it, an address that is in use is an error. The workers of one server have a socket each (SO_REUSEPORT) either way.",
    since: "0.1.0",
    difference: "The sockets belong to the arbiter all the same, so that nothing queued is lost with a worker.",
  }),
  proc_name: declare({
    section: "Process Naming",
    kind: "text",
    schema: optionalText,
    default: null,
    flags: ["-n", "--name"],
    metavar: "NAME",
    description: "A name for the titles of the processes; none means the application's.",
    details:
      "`ps` shows `tsgunicorn: arbiter [NAME]` and `tsgunicorn: worker [NAME]`. A title cannot be longer than the command line was.",
    example: "shop",
    since: "0.1.0",
  }),
  enable_stdio_inheritance: toggle({
    section: "Logging",
    restart: true,
    flags: ["-R", "--enable-stdio-inheritance"],
    description: "Let a daemon keep its standard output and standard error where they are no terminal.",
    details: "For `daemon` with the output sent to a file or a pipe. Without `daemon` it means nothing.",
    since: "0.1.0",
  }),
};

function checkVariables(value: unknown): Refusal | null {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  for (const [index, entry] of entries.entries()) {
    const text = String(entry);
    const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
    const refuse = (message: string, hint: string | null): Refusal => ({
      message: `entry ${index + 1} ${message}`,
      hint,
      quotesValue: true,
    });
    if (!/^[^=\s\0]+=[^\0]*$/.test(text)) return refuse(`${shown} is not a variable`, "write it as NAME=VALUE");
    if (text.startsWith(OWN_PREFIX)) return refuse(`${shown} is a variable of tsgunicorn itself`, "take it out");
  }
  return null;
}
