/**
 * The pid file of an arbiter through its life: reloads may move it, and the second arbiter of an upgrade has one of its own name.
 *
 * @module
 */
import type { Logger } from "../log/logger.ts";
import type { FilePort, ProcessPort } from "../runtime/port.ts";
import type { Change } from "./change.ts";
import { Pidfile, PidfileError } from "./pidfile.ts";

export class PidfileKeeper {
  readonly #files: FilePort;
  readonly #process: ProcessPort;
  readonly #log: Logger;
  /** `.2` while another arbiter has the file of the configured name. */
  #suffix: string;
  /** As configured, absolute; null: there is none. */
  #path: string | null = null;
  #file: Pidfile | null = null;
  /** How many reloads that are under way want the same file. */
  readonly #wanted = new Map<string, number>();

  constructor(host: { readonly files: FilePort; readonly process: ProcessPort }, log: Logger, suffix: string) {
    this.#files = host.files;
    this.#process = host.process;
    this.#log = log;
    this.#suffix = suffix;
  }

  /** The first one. Throws a {@link PidfileError}. */
  create(path: string | null): void {
    if (path === null) return;
    const file = this.#fileFor(path);
    file.create();
    this.#path = path;
    this.#file = file;
  }

  /** Writes the new file; the old one stays until the commit. Throws a {@link PidfileError}. */
  prepare(path: string | null): Change {
    if (path === null) return this.#move(path, null);
    const file = this.#fileFor(path);
    if (path !== this.#path) file.create();
    this.#wanted.set(path, (this.#wanted.get(path) ?? 0) + 1);
    return this.#move(path, file);
  }

  /** The other arbiter is gone, and its file with it. */
  promote(): void {
    this.#suffix = "";
    if (this.#file === null || this.#path === null) return;
    this.#moveTo(this.#file, this.#path);
  }

  remove(): void {
    this.#file?.remove();
    this.#file = null;
  }

  #move(path: string | null, file: Pidfile | null): Change {
    return {
      commit: () => {
        if (path !== null) this.#unwant(path);
        if (path === this.#path) return this.#restore();
        const old = this.#file;
        const oldPath = this.#path;
        this.#path = path;
        this.#file = file;
        // It may have been written before the other arbiter left, or removed by a reload that was quicker.
        if (file !== null && path !== null) this.#moveTo(file, path + this.#suffix);
        if (oldPath !== null && !this.#wanted.has(oldPath)) old?.remove();
      },
      rollback: () => {
        if (path === null) return;
        this.#unwant(path);
        if (path !== this.#path && !this.#wanted.has(path)) file?.remove();
      },
    };
  }

  #unwant(path: string): void {
    const left = (this.#wanted.get(path) ?? 0) - 1;
    if (left > 0) this.#wanted.set(path, left);
    else this.#wanted.delete(path);
  }

  /** A reload that changes nothing about it writes it again: somebody may have removed it. */
  #restore(): void {
    try {
      this.#file?.create();
    } catch (error) {
      if (!(error instanceof PidfileError)) throw error;
      this.#log.log("error", error.message);
    }
  }

  #moveTo(file: Pidfile, path: string): void {
    try {
      file.moveTo(path);
    } catch (error) {
      if (!(error instanceof PidfileError)) throw error;
      this.#log.log("error", `${error.message}; the pid file stays where it was`);
    }
  }

  #fileFor(path: string): Pidfile {
    return new Pidfile(path + this.#suffix, this.#files, this.#process);
  }
}
