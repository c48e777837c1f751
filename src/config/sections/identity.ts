/** @module Who the workers are: user, group, supplementary groups. */
import type { TBoolean, TInteger, TNull, TString, TUnion } from "typebox";
import { declare, toggle } from "../declare.ts";
import { TEXT_MAX_CHARS } from "../optional-text.ts";
import type { Setting, TypeBuilder } from "../setting.ts";

/** The largest id; 4,294,967,295 is -1, which setuid(2) takes for "leave it". */
const ID_MAX = 4_294_967_294;

/** A name or a number. */
export type AccountText = TUnion<[TString, TInteger, TNull]>;

/** A part of the section "Server Mechanics". */
export interface IdentitySection {
  /** The user that the workers run as, by name or number; none means that of the arbiter. */
  readonly user: Setting<AccountText>;
  /** The group that the workers run as, by name or number; none means the primary group of `user`. */
  readonly group: Setting<AccountText>;
  /** Give the workers all groups that `user` is in. */
  readonly initgroups: Setting<TBoolean>;
}

/** The declarations. */
export const identity: IdentitySection = {
  user: declare({
    section: "Server Mechanics",
    kind: "text",
    schema: account,
    default: null,
    flags: ["-u", "--user"],
    metavar: "USER",
    description: "The user that the workers run as, by name or number; none means that of the arbiter.",
    details:
      "The arbiter stays who it is, so that it can bind ports below 1024 and open log files; each worker becomes `user` before it loads the application, and cannot go back. " +
      "Log files, unix sockets and heartbeat files are given to `user`. Keep log files in a folder that belongs to root: who can write in the folder could lead root's log elsewhere. A unix socket that stays at a reload keeps its owner. Variables such as `HOME` are not changed: see `raw_env`. Only root can change the user.",
    example: "nobody",
    since: "0.1.0",
    difference: "`user` alone also changes the group, and supplementary groups are always given up; gunicorn keeps root's.",
  }),
  group: declare({
    section: "Server Mechanics",
    kind: "text",
    schema: account,
    default: null,
    flags: ["-g", "--group"],
    metavar: "GROUP",
    description: "The group that the workers run as, by name or number; none means the primary group of `user`.",
    details: "A `user` given as a number that no account has needs a group.",
    example: "www-data",
    since: "0.1.0",
    difference: "Without it, gunicorn's workers keep the group of the arbiter, which is mostly that of root.",
  }),
  initgroups: toggle({
    section: "Server Mechanics",
    flags: ["--initgroups"],
    description: "Give the workers all groups that `user` is in.",
    details: "Without it they have `group` and no other. It needs a `user` that has an account.",
    since: "0.1.0",
  }),
};

function account(type: TypeBuilder): AccountText {
  return type.Union([
    type.String({ minLength: 1, maxLength: TEXT_MAX_CHARS }),
    type.Integer({ minimum: 0, maximum: ID_MAX }),
    type.Null(),
  ]);
}
