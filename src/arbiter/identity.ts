/**
 * Settings `user`, `group` and `initgroups`: who the workers are to be.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { ConfigError, type Problem } from "../config/errors.ts";
import { messageOf } from "../log/logger.ts";
import type { Account, ProcessIdentity, RuntimeAdapter, SystemPort } from "../runtime/port.ts";
import { type OwnIdentity, readOwnIdentity } from "./own-identity.ts";

type Host = Pick<RuntimeAdapter, "files" | "system">;
type IdentityConfig = Pick<Config, "origin"> & { readonly settings: Pick<Config["settings"], "user" | "group" | "initgroups"> };

/**
 * Null: the workers stay who the arbiter is. Rejects with a {@link ConfigError} for an unknown user or group, and when this process may
 * not change to them.
 */
export async function findIdentity(host: Host, config: IdentityConfig): Promise<ProcessIdentity | null> {
  const { user, group } = config.settings;
  // Most servers never need the C library for it.
  if (user === null && group === null) return null;
  return chooseIdentity(await host.system(), readOwnIdentity(host.files), config);
}

/** The rules. `own` is null where the system does not tell. */
export function chooseIdentity(
  system: Pick<SystemPort, "findUser" | "findGroup" | "groupsOf">,
  own: OwnIdentity | null,
  { settings, origin }: IdentityConfig,
): ProcessIdentity | null {
  const missing: Problem[] = [];
  const describe = (setting: "user" | "group" | "initgroups", message: string, hint: string): Problem => {
    return { setting, source: origin[setting], message, hint };
  };
  const problem = (...found: Parameters<typeof describe>): ConfigError => new ConfigError([describe(...found)]);
  const account = settings.user === null ? null : lookUp(() => findAccount(system, settings.user ?? ""), (message) => {
    return problem("user", message, "give the user as a number");
  });
  const uid = account === null ? own?.uid ?? 0 : account.uid;
  if (uid === null) {
    missing.push(describe("user", `there is no user ${JSON.stringify(settings.user)}`, "create it, or give a number"));
  }
  const gid = settings.group === null
    ? account?.gid ?? null
    : lookUp(() => findGroup(system, settings.group ?? ""), (message) => {
      return problem("group", message, "give the group as a number");
    });
  if (gid === null && settings.group !== null) {
    missing.push(describe("group", `there is no group ${JSON.stringify(settings.group)}`, "create it, or give a number"));
  }
  if (uid === null || missing.length > 0) throw new ConfigError(missing);
  if (gid === null) throw problem("user", `user ${uid} has no account that names a group`, "set group too");
  if (own !== null && own.uid === uid && own.gid === gid) return null;
  const name = account?.name ?? null;
  if (settings.initgroups && name === null) {
    throw problem("initgroups", "needs a user that has an account", "set user to a name, or leave initgroups off");
  }
  const lacking = own === null ? null : missingRight(own, uid);
  if (lacking !== null) {
    const setting = settings.user === null ? "group" : "user";
    throw problem(setting, `the workers cannot become ${uid}:${gid}: ${lacking}`, "start as root, or leave it out");
  }
  return { uid, gid, groups: settings.initgroups && name !== null ? system.groupsOf(name, gid) : [] };
}

/** `uid` is null for a name that nobody has. A number need not have an account. */
function findAccount(
  system: Pick<SystemPort, "findUser">,
  text: string | number,
): { readonly name: string | null; readonly uid: number | null; readonly gid: number | null } {
  const id = readId(text);
  const account: Account | null = system.findUser(id ?? text);
  return account ?? { name: null, uid: id, gid: null };
}

function findGroup(system: Pick<SystemPort, "findGroup">, text: string | number): number | null {
  return readId(text) ?? system.findGroup(String(text));
}

/** As in gunicorn, a name of digits alone is a number. */
function readId(text: string | number): number | null {
  return typeof text === "number" ? text : /^\d{1,10}$/.test(text) ? Number(text) : null;
}

function lookUp<T>(run: () => T, wrap: (message: string) => ConfigError): T {
  try {
    return run();
  } catch (error) {
    throw wrap(messageOf(error));
  }
}

function missingRight(own: OwnIdentity, uid: number): string | null {
  if (own.uid !== 0) return `the arbiter is user ${own.uid} and not root`;
  if (!own.canSetGid) return "the arbiter is root without CAP_SETGID";
  return uid !== own.uid && !own.canSetUid ? "the arbiter is root without CAP_SETUID" : null;
}
