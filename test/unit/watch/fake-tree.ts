/**
 * A file system of texts for watchers: every write has another stamp. Links are texts that begin with `-> `.
 *
 * @module
 */
import type { FileLook, FolderEntry, FolderListener, FolderWatch, WatchPort } from "../../../src/runtime/port.ts";

export class FakeTree implements WatchPort {
  /** By path: the stamp of a file, or where a link leads. */
  readonly #files = new Map<string, string>();
  readonly #empty = new Set<string>();
  #writes = 0;
  /** Paths whose folder was listed. */
  readonly listed: string[] = [];
  /** Makes the next look fail. */
  shortage: Error | null = null;
  watched: readonly string[] = [];
  /** Thrown when folders are to be watched. */
  limit: Error | null = null;
  isRemote = false;
  #heard: FolderListener = () => {};
  isClosed = false;

  constructor(...paths: readonly string[]) {
    for (const path of paths) this.write(path);
  }

  write(...paths: readonly string[]): void {
    for (const path of paths) this.#files.set(path, `write ${++this.#writes}`);
  }

  link(path: string, target: string): void {
    this.#files.set(path, `-> ${target}`);
  }

  makeFolder(path: string): void {
    this.#empty.add(path);
  }

  remove(path: string): void {
    this.#empty.delete(path);
    for (const file of [...this.#files.keys()]) if (file === path || file.startsWith(`${path}/`)) this.#files.delete(file);
  }

  /** As the system would. */
  tell(path: string, isEntry = false): void {
    const border = path.lastIndexOf("/");
    this.#heard(path.slice(0, border) || "/", path.slice(border + 1), isEntry);
  }

  list(folder: string): Promise<readonly FolderEntry[] | null> {
    if (this.shortage !== null) return Promise.reject(this.shortage);
    const real = this.#resolve(folder);
    if (real === null || !this.#isFolder(real)) return Promise.resolve(null);
    this.listed.push(folder);
    const prefix = real === "/" ? "/" : `${real}/`;
    const names = new Map<string, FolderEntry["kind"]>();
    for (const path of [...this.#files.keys(), ...this.#empty]) {
      if (!path.startsWith(prefix) || path === real) continue;
      const [name = "", ...rest] = path.slice(prefix.length).split("/");
      const isLink = this.#files.get(`${prefix}${name}`)?.startsWith("-> ");
      names.set(name, rest.length > 0 || this.#empty.has(path) ? "folder" : isLink ? "link" : "file");
    }
    return Promise.resolve([...names].sort().map(([name, kind]) => ({ name, kind })));
  }

  look(path: string): Promise<FileLook | null> {
    const real = this.#resolve(path);
    if (real === null) return Promise.resolve(null);
    if (this.#isFolder(real)) return Promise.resolve({ isFolder: true, stamp: "" });
    const stamp = this.#files.get(real);
    return Promise.resolve(stamp === undefined ? null : { isFolder: false, stamp });
  }

  realPath(path: string): Promise<string | null> {
    const real = this.#resolve(path);
    return Promise.resolve(real !== null && (this.#files.has(real) || this.#isFolder(real)) ? real : null);
  }

  reportsChanges(): boolean {
    return !this.isRemote;
  }

  watchFolders(heard: FolderListener): FolderWatch {
    this.#heard = heard;
    return {
      follow: (folders) => {
        if (this.limit !== null) return Promise.reject(this.limit);
        const isNew = folders.some((folder) => !this.watched.includes(folder));
        this.watched = [...folders];
        return Promise.resolve(isNew);
      },
      close: () => {
        this.isClosed = true;
        this.#heard = () => {};
      },
    };
  }

  #isFolder(path: string): boolean {
    if (path === "/" || this.#empty.has(path)) return true;
    return [...this.#files.keys()].some((file) => file.startsWith(`${path}/`));
  }

  /** Null: a link that leads in a circle. */
  #resolve(path: string): string | null {
    let now = path;
    for (let steps = 0; steps < 8; steps += 1) {
      const parts = now.split("/");
      const border = parts.findIndex((_, index) => this.#files.get(parts.slice(0, index + 1).join("/"))?.startsWith("-> "));
      if (border < 0) return now;
      const target = this.#files.get(parts.slice(0, border + 1).join("/"))?.slice(3) ?? "";
      now = [target, ...parts.slice(border + 1)].join("/");
    }
    return null;
  }
}
