/** @module Whether the server whose configuration is checked runs already: its pid file says so. */
import type { RuntimeAdapter } from "../runtime/port.ts";

/** Who has the pid file. */
export type PidfileOwner =
  /** No living process. */
  | { readonly kind: "nobody" }
  | { readonly kind: "server" | "stranger"; readonly pid: number };

type Host = Pick<RuntimeAdapter, "files" | "process"> & { readonly spawner: Pick<RuntimeAdapter["spawner"], "ownCommand"> };

/** A title (`tsgunicorn: arbiter`), a command (`node_modules/.bin/tsgunicorn`, `npm:tsgunicorn@0.1`), a script of the package. */
const OWN_WORD = /(?:^|[/:])tsgunicorn(?:$|[:@]|\/dist\/)/;

const NOBODY: PidfileOwner = { kind: "nobody" };

/** Looks at a pid file, and at the command line of the process that it names. `path` is absolute; null: there is no such file. */
export function findPidfileOwner(host: Host, path: string | null): PidfileOwner {
  const pid = path === null ? null : readPid(host, path);
  if (pid === null || pid === host.process.pid || !host.process.exists(pid)) return NOBODY;
  const words = readText(host, `/proc/${pid}/cmdline`)?.split("\0") ?? [];
  // The title of a server begins with its name; where a runtime cannot change titles, it has the script that this process has.
  const script = ownScript(host);
  const isServer = words.some((word) => OWN_WORD.test(word) || (script !== null && word === script));
  return { kind: isServer ? "server" : "stranger", pid };
}

function ownScript({ spawner }: Host): string | null {
  try {
    return spawner.ownCommand().findLast((word) => word.includes("/")) ?? null;
  } catch {
    // There is no script.
    return null;
  }
}

function readPid(host: Host, path: string): number | null {
  const text = readText(host, path)?.trim() ?? "";
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : null;
}

function readText({ files }: Host, path: string): string | null {
  try {
    return files.readText(path);
  } catch {
    return null;
  }
}
