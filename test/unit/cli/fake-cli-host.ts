/** A project without a disk, for subcommands. */
import { posix } from "node:path";
import type { SubcommandHost } from "../../../src/cli/run-subcommand.ts";

export interface FakeProject {
  readonly name?: "node" | "bun" | "deno";
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Texts by path from {@link cwd}. */
  readonly files?: Readonly<Record<string, string>>;
  readonly extensions?: readonly string[];
  /** Whether `import "tsgunicorn"` finds it. */
  readonly hasPackage?: boolean;
  readonly command?: readonly string[];
  /** Why nothing can be written. */
  readonly readOnly?: string;
}

export interface FakeCli {
  readonly host: SubcommandHost;
  /** By absolute path. */
  readonly files: Map<string, string>;
  stdout: string;
  stderr: string;
}

export function fakeCli(project: FakeProject = {}): FakeCli {
  const { name = "node", env = {}, cwd = "/srv/app", extensions = [".ts", ".mts", ".js", ".mjs", ".cjs"] } = project;
  const absolute = (path: string): string => posix.resolve(cwd, path);
  const files = new Map(Object.entries(project.files ?? {}).map(([path, text]) => [absolute(path), text]));
  const fake: FakeCli = { files, stdout: "", stderr: "", host: undefined as unknown as SubcommandHost };
  const host = {
    name,
    version: "26.0.0",
    process: { env, cwd: () => cwd },
    files: {
      absolute,
      isFile: (path: string) => files.has(path),
      list: (path: string) =>
        [...files.keys()].filter((file) => posix.dirname(file) === absolute(path)).map((file) => posix.basename(file)),
      replaceText: (path: string, text: string) => {
        if (project.readOnly !== undefined) throw new Error(`Cannot write "${path}": ${project.readOnly}`);
        files.set(path, text);
      },
    },
    logs: {
      print: (stream: "stdout" | "stderr", text: string) => {
        fake[stream] += text;
      },
      terminal: () => ({ isTerminal: false, columns: 80 }),
    },
    modules: { extensions, resolve: () => project.hasPackage ? "file:///srv/app/node_modules/tsgunicorn/mod.js" : null },
    spawner: { ownCommand: () => project.command ?? ["/usr/bin/node", "node_modules/.bin/tsgunicorn"] },
  };
  return Object.assign(fake, { host: host as unknown as SubcommandHost });
}
