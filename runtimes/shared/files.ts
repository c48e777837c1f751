/**
 * Files through node:fs.
 *
 * @module
 */
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { FileOwner, FilePort } from "../../src/runtime/port.ts";
import { giveFile } from "./give-file.ts";
import { attempting } from "./system-error.ts";

/** The file port. */
export const files: FilePort = {
  isFile(path: string): boolean {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  },
  isDirectory(path: string): boolean {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  },
  readText(path: string): string {
    return attempting(`Cannot read "${path}"`, () => readFileSync(path, "utf8"));
  },
  replaceText(path: string, text: string, mode: number): void {
    attempting(`Cannot write "${path}"`, () => replaceFile(path, text, mode));
  },
  remove(path: string): void {
    attempting(`Cannot remove "${path}"`, () => rmSync(path, { force: true }));
  },
  setOwner(path: string, { uid, gid }: FileOwner): void {
    attempting(`Cannot give "${path}" to user ${uid} and group ${gid}`, () => giveFile(path, { uid, gid }));
  },
  list(path: string): readonly string[] {
    try {
      return readdirSync(path).sort();
    } catch {
      return [];
    }
  },
  absolute(path: string): string {
    return resolve(path);
  },
  toUrl(absolutePath: string): string {
    return pathToFileURL(absolutePath).href;
  },
  fromUrl(fileUrl: string): string {
    return fileURLToPath(fileUrl);
  },
};

function replaceFile(path: string, text: string, mode: number): void {
  const draft = `${path}.${process.pid}.tmp`;
  // "wx": whoever put a link there does not get to choose what is overwritten. A draft of a crashed process with this pid is in the way.
  rmSync(draft, { force: true });
  const fd = openSync(draft, "wx", mode);
  try {
    try {
      writeFileSync(fd, text);
      // The umask may have taken bits from the mode that was asked for.
      fchmodSync(fd, mode);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
