/**
 * Looking at files and folders for setting `reload`, through node:fs.
 *
 * @module
 */
import { statfsSync } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import type { FileLook, FolderEntry, WatchPort } from "../../src/runtime/port.ts";
import { FolderWatcher, type OpenFolders } from "./folder-watcher.ts";
import { errorCode, wrapError } from "./system-error.ts";

/** What is not there, was removed meanwhile, or is somebody else's. Anything else is a shortage, and says nothing about the file. */
const ABSENT: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP", "ENAMETOOLONG"]);

/** File systems (statfs(2)) whose changes may be made by another machine: NFS, SMB, CIFS, 9P, FUSE, VirtualBox, Ceph, AFS. */
const REMOTE_FILE_SYSTEMS: ReadonlySet<number> = new Set([
  0x6969,
  0xfe534d42,
  0xff534d42,
  0x01021997,
  0x65735546,
  0x786f4256,
  0x00c36400,
  0x5346414f,
]);

/** The watch port. */
export function createWatch(openFolders: OpenFolders): WatchPort {
  return {
    list: (folder) => unlessAbsent(`Cannot list "${folder}"`, () => list(folder)),
    look: (path) => unlessAbsent(`Cannot look at "${path}"`, () => look(path)),
    realPath: (path) => unlessAbsent(`Cannot look at "${path}"`, () => realpath(path)),
    reportsChanges(folder): boolean {
      try {
        return !REMOTE_FILE_SYSTEMS.has(statfsSync(folder).type >>> 0);
      } catch {
        return true;
      }
    },
    watchFolders: (heard) => new FolderWatcher(openFolders, heard),
  };
}

async function list(folder: string): Promise<readonly FolderEntry[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.map((entry): FolderEntry => ({
    name: entry.name,
    kind: entry.isFile() ? "file" : entry.isDirectory() ? "folder" : entry.isSymbolicLink() ? "link" : "other",
  })).sort((a, b) => a.name < b.name ? -1 : 1);
}

async function look(path: string): Promise<FileLook> {
  const found = await stat(path);
  // No inode: on network file systems it may change by itself.
  return { isFolder: found.isDirectory(), stamp: `${found.mtimeMs} ${found.size}` };
}

async function unlessAbsent<T>(action: string, attempt: () => Promise<T>): Promise<T | null> {
  try {
    return await attempt();
  } catch (error) {
    if (ABSENT.has(errorCode(error) ?? "")) return null;
    throw wrapError(action, error);
  }
}
