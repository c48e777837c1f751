/** @module Files and folders of the server. */
import type { TInteger, TString, TUnion } from "typebox";
import { declare } from "../declare.ts";
import { type OptionalText, optionalText, TEXT_MAX_CHARS } from "../optional-text.ts";
import type { Setting } from "../setting.ts";

/** Settings of the section "Server Mechanics". */
export interface ServerMechanicsSection {
  /** The directory to change to before the application is loaded. */
  readonly chdir: Setting<TString>;
  /** A file that receives the process id of the arbiter. */
  readonly pidfile: Setting<OptionalText>;
  /** A directory for the files by which workers show that they live. */
  readonly worker_tmp_dir: Setting<OptionalText>;
  /** The mask for the file mode of unix sockets. */
  readonly umask: Setting<TInteger, TUnion<[TInteger, TString]>>;
}

const UMASK_MAX = 0o777;

/** The declarations. */
export const serverMechanics: ServerMechanicsSection = {
  chdir: declare({
    section: "Server Mechanics",
    kind: "text",
    schema: (type) => type.String({ minLength: 1, maxLength: TEXT_MAX_CHARS }),
    default: ".",
    flags: ["--chdir"],
    metavar: "DIRECTORY",
    description: "The directory to change to before the application is loaded.",
    details:
      "It is seen from the directory that tsgunicorn was started in. Log files, the pidfile and unix sockets are seen from it; the config file is not. " +
      "After a reload (HUP) the new workers start in the new directory, and the arbiter follows when they serve.",
    example: "/srv/app",
    since: "0.1.0",
  }),
  pidfile: declare({
    section: "Server Mechanics",
    kind: "text",
    schema: optionalText,
    default: null,
    flags: ["-p", "--pid"],
    metavar: "FILE",
    description: "A file that receives the process id of the arbiter.",
    details:
      "A reload that moves it writes the new file before the workers start and removes the old one when they serve; a file that cannot be " +
      "written, or that belongs to another server, refuses the reload.",
    example: "run/tsgunicorn.pid",
    since: "0.1.0",
  }),
  worker_tmp_dir: declare({
    section: "Server Mechanics",
    kind: "text",
    schema: optionalText,
    default: null,
    flags: ["--worker-tmp-dir"],
    metavar: "DIRECTORY",
    description: "A directory for the files by which workers show that they live.",
    details:
      "A directory in memory (`/dev/shm`) keeps a slow disk from making a healthy worker look hung. Without it, the system's directory for temporary files is used.",
    example: "/dev/shm",
    since: "0.1.0",
  }),
  umask: declare({
    section: "Server Mechanics",
    kind: "mask",
    schema: (type) => type.Integer({ minimum: 0, maximum: UMASK_MAX }),
    input: (type) =>
      type.Union([
        type.Integer({ minimum: 0, maximum: UMASK_MAX }),
        type.String({ pattern: "^(?:0[oO]?[0-7]{1,4}|0[xX][0-9a-fA-F]{1,3}|[0-9]{1,3})$" }),
      ]),
    default: 0,
    flags: ["-m", "--umask"],
    metavar: "MASK",
    description: "The mask for the file mode of unix sockets.",
    details:
      "As text, `0022` and `0o22` are octal, `18` is decimal and `0x12` hexadecimal. With 0 everybody may connect. A socket that a reload keeps keeps its mode.",
    example: "0022",
    since: "0.1.0",
    difference: "It never concerns another file; gunicorn applies it to the heartbeat files too.",
  }),
};
