/** A host without a disk: files are texts, modules are namespaces, by absolute path. */
import { posix } from "node:path";
import type { ConfigHost, ImportModule } from "../../../src/config/host.ts";

export interface FakeWorld {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Texts by absolute path. */
  readonly files?: Readonly<Record<string, string>>;
  /** What importing the file at this absolute path gives; an error is thrown. */
  readonly modules?: Readonly<Record<string, unknown>>;
  readonly directories?: readonly string[];
  readonly extensions?: readonly string[];
}

export interface FakeHost {
  readonly host: ConfigHost;
  readonly importModule: ImportModule;
  /** Runs every timer that was started and not undone. */
  readonly fireTimers: () => void;
}

export const CWD = "/site";
const ALWAYS = ["/", CWD, "/site/run", "/site/log", "/srv/app", "/dev/shm"];

export function fakeHost(world: FakeWorld = {}): FakeHost {
  const { env = {}, files = {}, modules = {}, directories = [], extensions = [".ts", ".mts", ".js", ".mjs", ".cjs"] } = world;
  const timers = new Set<() => void>();
  const absolute = (path: string): string => posix.resolve(CWD, path);
  const host: ConfigHost = {
    name: "node",
    version: "26.0.0",
    clock: {
      after: (_delayMs, run) => {
        timers.add(run);
        return () => timers.delete(run);
      },
    },
    process: { env, cwd: () => CWD },
    files: {
      isFile: (path) => path in files || path in modules,
      isDirectory: (path) => [...ALWAYS, ...directories].includes(path),
      readText: (path) => files[path] ?? "",
      absolute,
      toUrl: (path) => `file://${path}`,
    },
    modules: { extensions, importHint: () => null },
  };
  const importModule: ImportModule = async (url) => {
    const found = modules[url.slice("file://".length)];
    if (found instanceof Error) throw found;
    return found;
  };
  return {
    host,
    importModule,
    fireTimers: () => {
      for (const run of timers) run();
    },
  };
}
