/**
 * Users and groups, asked of the C library: it knows every source that the system is set up for (files, LDAP, systemd), as other programs
 * do. The layouts of `struct passwd` and `struct group` are those of Linux with 64 bits, glibc and musl.
 *
 * @module
 */
import type { Account } from "../../src/runtime/port.ts";
import type { Libc } from "./libc.ts";
import { errnoName, SystemCallError } from "./system-error.ts";

/** `struct passwd`: the name's address first, uid and gid after the password's. */
const PASSWD_BYTES = 48;
const PASSWD_UID_OFFSET = 16;
const PASSWD_GID_OFFSET = 20;
/** `struct group`: name, password, gid, members. */
const GROUP_BYTES = 32;
const GROUP_GID_OFFSET = 16;
const POINTER_BYTES = 8;

/** Room for the texts of an entry: a group may have many members. */
const TEXTS_MIN_BYTES = 4096;
const TEXTS_MAX_BYTES = 1 << 22;

/** NGROUPS_MAX of Linux. */
const GROUPS_MAX_COUNT = 65_536;

/** Not found, in the words of different C libraries and sources (getpwnam(3)). */
const ABSENT: ReadonlySet<string> = new Set(["ENOENT", "ESRCH", "EBADF", "EPERM"]);

type Lookup = "getpwnam_r" | "getpwuid_r" | "getgrnam_r";

/** Null when there is no such user. Throws a SystemError when nobody can say. */
export function findUser(libc: Libc, nameOrId: string | number): Account | null {
  const lookup = typeof nameOrId === "number" ? "getpwuid_r" : "getpwnam_r";
  return find(libc, lookup, nameOrId, PASSWD_BYTES, (entry, textAt) => ({
    name: textAt(Number(entry.getBigUint64(0, true))),
    uid: entry.getUint32(PASSWD_UID_OFFSET, true),
    gid: entry.getUint32(PASSWD_GID_OFFSET, true),
  }));
}

/** Null when there is no such group. Throws a SystemError when nobody can say. */
export function findGroup(libc: Libc, name: string): number | null {
  return find(libc, "getgrnam_r", name, GROUP_BYTES, (entry) => entry.getUint32(GROUP_GID_OFFSET, true));
}

/** The groups of a user, `gid` among them. Throws a SystemError when there are more than the kernel allows. */
export function groupsOf(libc: Libc, user: string, gid: number): readonly number[] {
  const name = cString(user);
  for (let room = 64; room <= GROUPS_MAX_COUNT; room *= 4) {
    const ids = new Uint8Array(room * 4);
    const count = new Uint8Array(4);
    new DataView(count.buffer).setInt32(0, room, true);
    // -1: there are more. Its answer of how many is not relied on, as musl and glibc differ.
    if (libc.call("getgrouplist", name, gid, ids, count) === -1) continue;
    const found = new DataView(count.buffer).getInt32(0, true);
    const view = new DataView(ids.buffer);
    return Array.from({ length: found }, (_, index) => view.getUint32(index * 4, true));
  }
  throw new SystemCallError(`Cannot list the groups of user "${user}"`, "EINVAL", "there are too many");
}

function find<T>(
  libc: Libc,
  lookup: Lookup,
  key: string | number,
  entryBytes: number,
  read: (entry: DataView, textAt: (address: number) => string) => T,
): T | null {
  const action = `Cannot look up "${key}"`;
  const argument = typeof key === "number" ? key : cString(key);
  for (let textsBytes = TEXTS_MIN_BYTES; textsBytes <= TEXTS_MAX_BYTES; textsBytes *= 8) {
    const entry = new Uint8Array(entryBytes);
    const result = new Uint8Array(POINTER_BYTES);
    const texts = libc.call("malloc", textsBytes);
    if (texts === 0) throw new SystemCallError(action, "ENOMEM");
    try {
      const errno = libc.call(lookup, argument, entry, texts, textsBytes, result);
      const code = errno === 0 ? null : errnoName(errno);
      if (code === "ERANGE") continue;
      if (code !== null && !ABSENT.has(code)) throw new SystemCallError(action, code);
      if (code !== null || result.every((byte) => byte === 0)) return null;
      return read(new DataView(entry.buffer), (address) => readText(libc, texts, textsBytes, address));
    } finally {
      libc.call("free", texts);
    }
  }
  throw new SystemCallError(action, "ERANGE");
}

/** The text at `address`, which is in the area that was given for texts. */
function readText(libc: Libc, areaAddress: number, areaBytes: number, address: number): string {
  const offset = address - areaAddress;
  if (!(offset >= 0 && offset < areaBytes)) return "";
  const bytes = new Uint8Array(areaBytes - offset);
  libc.call("memmove", bytes, address, bytes.length);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.subarray(0, end < 0 ? bytes.length : end));
}

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...new TextEncoder().encode(text.replaceAll("\0", "")), 0]);
}
