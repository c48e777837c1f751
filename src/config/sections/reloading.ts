/** @module Reloading when files change. */
import type { TArray, TBoolean, TEnum, TString, TUnion } from "typebox";
import { declare, toggle } from "../declare.ts";
import { TEXT_MAX_CHARS } from "../optional-text.ts";
import type { Setting, TypeBuilder } from "../setting.ts";

const EXTRA_MAX_COUNT = 1024;

/** A part of the section "Debugging". */
export interface ReloadingSection {
  /** Reload the application when its files change; for development only. */
  readonly reload: Setting<TBoolean>;
  /** How changes are noticed: `inotify`, `poll`, or `auto`. */
  readonly reload_engine: Setting<TEnum<["auto", "poll", "inotify"]>>;
  /** More files that `reload` watches: paths, folders and patterns. */
  readonly reload_extra_files: Setting<TArray<TString>, TUnion<[TString, TArray<TString>]>>;
}

function paths(type: TypeBuilder): TArray<TString> {
  return type.Array(path(type), { maxItems: EXTRA_MAX_COUNT });
}

function path(type: TypeBuilder): TString {
  return type.String({ minLength: 1, maxLength: TEXT_MAX_CHARS });
}

/** The declarations. */
export const reloading: ReloadingSection = {
  reload: toggle({
    section: "Debugging",
    flags: ["--reload", "--watch"],
    description: "Reload the application when its files change; for development only.",
    details:
      "Watched are source files (`.js`, `.ts`, `.mjs`, `.cjs`, `.mts`, `.cts`, `.jsx`, `.tsx`, `.json`, `.jsonc`, `.wasm`, `.node`) and `.env` files below the working directory (`chdir`) and below the folder of the application's module, and the files that settings come from. `node_modules` and folders whose name begins with a dot are left out, links are followed, and at most 10,000 folders are watched, the nearest first. Not watched are templates and other data, and modules that are imported from elsewhere: name them in `reload_extra_files`.\n\nA change does what HUP does, once for a burst of changes: the configuration is read again, new workers boot (one first, the others when it is ready), and the old ones serve until all are. Code that does not load is reported and the old code goes on. When already the start fails, the server waits for the next change instead of ending; connections wait too.",
    since: "0.1.0",
    difference:
      "The arbiter watches and keeps the old code until the new one is ready; gunicorn's workers end themselves, and answer 500 after a syntax error. Whole folders are watched, not the modules that were loaded. The hook `worker_int` is not called for it. `--watch` is our name.",
  }),
  reload_engine: declare({
    section: "Debugging",
    kind: "text",
    schema: (type) => type.Enum(["auto", "poll", "inotify"]),
    default: "auto",
    flags: ["--reload-engine"],
    metavar: "ENGINE",
    description: "How changes are noticed: `inotify`, `poll`, or `auto`.",
    details:
      "`inotify`: the system tells of changes, within about a tenth of a second. `poll`: all files are looked at once a second (less often where that takes long), which also works where the system does not tell: in containers whose folders come from another machine, on network file systems. `auto` takes `inotify`, but `poll` on file systems of these kinds. When the system allows no more watches, a warning says so and files are polled.",
    example: "poll",
    since: "0.1.0",
    difference: "`inotify` needs no package, and `auto` knows file systems that do not tell.",
  }),
  reload_extra_files: declare({
    section: "Debugging",
    kind: "list",
    schema: paths,
    input: (type) => type.Union([path(type), paths(type)]),
    default: [],
    flags: ["--reload-extra-file"],
    metavar: "FILES",
    description: "More files that `reload` watches: paths, folders and patterns.",
    details:
      "Relative to `chdir`. A folder stands for all files below it. In patterns `*`, `?` and `[…]` match within a name and `**` any number of folders, but none whose name begins with a dot and no `node_modules` that is not named. Patterns are tried anew at each look, so that new files count; one that matches nothing is a warning, and a path that does not exist an error. The server's own logs and its pid file are never watched.",
    example: ["views/**/*.html", "data/*.yaml"],
    since: "0.1.0",
    difference: "A folder stands for all that is in it.",
  }),
};
