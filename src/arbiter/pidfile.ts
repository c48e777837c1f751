/**
 * The pid file: written before the sockets exist, removed at the end if it is still ours.
 *
 * @module
 */
import type { FilePort, ProcessPort } from "../runtime/port.ts";

const MODE = 0o644;

/** Another server has the file, or it cannot be written. */
export class PidfileError extends Error {
  override readonly name: string = "PidfileError";
}

export class Pidfile {
  #path: string;
  readonly #files: FilePort;
  readonly #process: ProcessPort;

  constructor(path: string, files: FilePort, process: ProcessPort) {
    this.#path = path;
    this.#files = files;
    this.#process = process;
  }

  /** Replaces a stale file. Throws a {@link PidfileError} for a live owner, a missing folder, an unwritable path. */
  create(): void {
    const owner = this.#owner();
    if (owner !== null && owner !== this.#process.pid && this.#process.exists(owner)) {
      throw new PidfileError(`Already running on PID ${owner} (or pid file '${this.#path}' is stale)`);
    }
    try {
      this.#files.replaceText(this.#path, `${this.#process.pid}\n`, MODE);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new PidfileError(`Cannot write pidfile "${this.#path}": ${reason}`, { cause: error });
    }
  }

  /**
   * Another path for the same process: the new file is written before the old one is removed. Throws a {@link PidfileError} and stays
   * where it was.
   */
  moveTo(path: string): void {
    const before = this.#path;
    this.#path = path;
    try {
      this.create();
    } catch (error) {
      this.#path = before;
      throw error;
    }
    if (path !== before) new Pidfile(before, this.#files, this.#process).remove();
  }

  /** Leaves a file that names another process alone. */
  remove(): void {
    if (this.#owner() !== this.#process.pid) return;
    try {
      this.#files.remove(this.#path);
    } catch {
      // The folder may have become unwritable since; a stale file is replaced at the next start.
    }
  }

  /** The pid in the file; null where there is no file, or no pid in it. */
  #owner(): number | null {
    try {
      const text = this.#files.readText(this.#path).trim();
      return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : null;
    } catch {
      return null;
    }
  }
}
