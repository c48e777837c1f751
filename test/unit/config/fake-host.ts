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
  readonly runtime?: ConfigHost["name"];
}

export interface FakeHost {
  readonly host: ConfigHost;
  readonly importModule: ImportModule;
  /** What was set in this process's environment. */
  readonly setVariables: Readonly<Record<string, string | undefined>>;
  /** Runs every timer that was started and not undone. */
  readonly fireTimers: () => void;
}

export const CWD = "/site";
const ALWAYS = ["/", CWD, "/site/run", "/site/log", "/srv/app", "/dev/shm"];

export function fakeHost(world: FakeWorld = {}): FakeHost {
  const { env = {}, files = {}, modules = {}, directories = [], extensions = [".ts", ".mts", ".js", ".mjs", ".cjs"] } = world;
  const timers = new Set<() => void>();
  const setVariables: Record<string, string | undefined> = {};
  const absolute = (path: string): string => posix.resolve(CWD, path);
  const host: ConfigHost = {
    name: world.runtime ?? "node",
    version: "26.0.0",
    clock: {
      after: (_delayMs, run) => {
        timers.add(run);
        return () => timers.delete(run);
      },
    },
    process: { env, cwd: () => CWD, setVariables: (variables) => void Object.assign(setVariables, variables) },
    files: {
      isFile: (path) => path in files || path in modules,
      isDirectory: (path) => [...ALWAYS, ...directories].includes(path),
      readText: (path) => {
        const text = files[path] ?? (path in modules ? "export" : undefined);
        if (text === undefined) throw new Error(`Cannot read "${path}"`);
        return text;
      },
      list: (path) =>
        Object.keys({ ...files, ...modules }).filter((each) => posix.dirname(each) === posix.resolve(path)).map((each) =>
          posix.basename(each)
        ),
      absolute,
      toUrl: (path) => `file://${path}`,
      fromUrl: (url) => url.slice("file://".length),
    },
    modules: {
      extensions,
      importHint: () => null,
      resolve: (specifier) => {
        const found = ["", ...extensions].map((extension) => absolute(specifier) + extension).find((path) => path in modules);
        return found === undefined ? null : `file://${found}`;
      },
    },
  };
  const importModule: ImportModule = async (url) => {
    const found = modules[url.slice("file://".length)];
    if (found instanceof Error) throw found;
    return found;
  };
  return {
    host,
    importModule,
    setVariables,
    fireTimers: () => {
      for (const run of timers) run();
    },
  };
}
