/**
 * The heartbeat file: its modification time is a counter in whole seconds, so neither clock changes nor coarse file systems matter.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { closeSync, fchownSync, fstatSync, futimesSync, openSync, statSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { FileOwner, HeartbeatFile } from "../../src/runtime/port.ts";
import { attempting } from "./system-error.ts";

/** Memory on every Linux; a heartbeat on a slow disk could block the worker it watches (gunicorn's `worker_tmp_dir` advice). */
const MEMORY_DIRECTORY = "/dev/shm";

/** What a runtime has to do to a descriptor before a child can get it. */
export interface DescriptorHandover {
  /** The descriptor to pass on; may be `fd` itself. */
  prepare(fd: number): number;
  /** Closes what `prepare` made. */
  release(fd: number): void;
}

/** For runtimes that pass any descriptor as it is. */
export const asItIs: DescriptorHandover = {
  prepare: (fd) => fd,
  release: () => {},
};

/** Makes the file and removes its name. Throws a SystemError when the folder cannot be written. */
export function createHeartbeat(directory: string | null, owner: FileOwner | null, handover: DescriptorHandover): HeartbeatFile {
  const folder = directory ?? defaultDirectory();
  const path = join(folder, `tsgunicorn-${process.pid}-${randomBytes(8).toString("hex")}`);
  return attempting(`Cannot make a heartbeat file in "${folder}"`, () => {
    const fd = openSync(path, "wx+", 0o600);
    try {
      unlinkSync(path);
      // Only its owner may set its times.
      if (owner !== null) fchownSync(fd, owner.uid, owner.gid);
      futimesSync(fd, 0, 0);
      return heartbeatOn(fd, handover.prepare(fd), handover);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  });
}

function heartbeatOn(ownFd: number, passedFd: number, handover: DescriptorHandover): HeartbeatFile {
  let isOpen = true;
  return {
    fd: passedFd,
    beats: () => Math.round(fstatSync(ownFd).mtimeMs / 1000),
    close(): void {
      // The number may belong to another file by now.
      if (!isOpen) return;
      isOpen = false;
      if (passedFd !== ownFd) handover.release(passedFd);
      closeSync(ownFd);
    },
  };
}

/** The worker's side. Throws a SystemError when the descriptor is not a heartbeat file of this user. */
export function writeBeat(fd: number, count: number): void {
  attempting("Cannot write the heartbeat", () => futimesSync(fd, count, count));
}

function defaultDirectory(): string {
  return statSync(MEMORY_DIRECTORY, { throwIfNoEntry: false })?.isDirectory() ? MEMORY_DIRECTORY : tmpdir();
}
