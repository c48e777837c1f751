/** @module Which config file to read. */
import type { ConfigHost } from "./host.ts";
import type { Entry } from "./layer.ts";
import { nearest } from "./nearest.ts";
import { didYouMean, type Problem } from "./errors.ts";

/** Tried in this order in the working directory. */
export const CONFIG_FILE_NAMES: readonly string[] = ["ts", "mts", "js", "mjs", "cjs", "json"].map((extension) =>
  `tsgunicorn.config.${extension}`
);

/** What gunicorn reads in the working directory. */
export const GUNICORN_FILE_NAME = "gunicorn.conf.py";

const OWN_FORMS = "use a file that ends in .ts, .mts, .js, .mjs, .cjs or .json";
const FROM_PYTHON = 'write its settings into a "tsgunicorn.config.ts" ("tsgunicorn init" makes one), with the same names';

/** The file, or why there is none to read. `path` is absolute; null where there is no file and none was asked for. */
export type Located = { readonly path: string | null } | { readonly problem: Problem };

/** Where `chosen` (`--config` and its like) points, else the one file of a well-known name in the working directory. */
export function locateConfigFile(host: ConfigHost, chosen: Entry | null): Located {
  if (chosen !== null) return typeof chosen.value === "string" ? locateChosen(host, chosen.value, chosen.origin) : { path: null };
  const found = CONFIG_FILE_NAMES.filter((name) => host.files.isFile(host.files.absolute(name)));
  const [name] = found;
  if (name === undefined) return { path: null };
  if (found.length > 1) {
    const names = found.map((each) => `"${each}"`).join(" and ");
    return fail(
      `there is more than one config file: ${names}`,
      host.process.cwd(),
      "remove all but one, or choose with --config",
    );
  }
  return checkExtension(host, host.files.absolute(name), host.process.cwd());
}

/** Gunicorn's prefixes are `file:` and `python:`. A file whose name begins like one is written with `./`. */
function locateChosen(host: ConfigHost, text: string, origin: string): Located {
  const [, prefix, rest = ""] = /^(file|module|python):(.*)$/s.exec(text) ?? [];
  if (prefix === "python") return fail(`"${text}" is a module of Python, which cannot be read`, origin, FROM_PYTHON);
  if (prefix === "module") return locateModule(host, rest, origin);
  const path = prefix === undefined ? text : rest;
  if (path === "") return { path: null };
  const absolute = host.files.absolute(path);
  if (host.files.isDirectory(absolute)) return fail(`"${path}" is a directory`, origin, "name the file in it");
  if (!host.files.isFile(absolute)) return fail(`"${path}" doesn't exist`, origin, didYouMean(findNear(host, absolute)));
  return checkExtension(host, absolute, origin);
}

function locateModule(host: ConfigHost, name: string, origin: string): Located {
  const url = name === "" ? null : host.modules.resolve(name, host.process.cwd());
  if (url === null) {
    return fail(
      `there is no module "${name}"`,
      origin,
      "name a path without its extension, seen from here, or a package that is installed",
    );
  }
  return checkExtension(host, host.files.fromUrl(url), origin);
}

/** A file of a similar name in the same folder. */
function findNear(host: ConfigHost, path: string): string | null {
  const end = path.lastIndexOf("/") + 1;
  const kinds = CONFIG_FILE_NAMES.map((name) => name.slice(name.lastIndexOf(".")));
  const names = host.files.list(path.slice(0, end)).filter((name) => kinds.some((kind) => name.endsWith(kind)));
  return nearest(path.slice(end), names);
}

function checkExtension(host: ConfigHost, path: string, origin: string): Located {
  const extension = /\.[a-z]+$/.exec(path)?.[0] ?? "";
  const known = CONFIG_FILE_NAMES.some((name) => name.endsWith(extension)) && extension !== "";
  if (!known) {
    return fail(`"${path}" is no kind of config file`, origin, extension === ".py" ? FROM_PYTHON : OWN_FORMS);
  }
  if (extension === ".json" || host.modules.extensions.includes(extension)) return { path };
  return fail(
    `${host.name} ${host.version} cannot import "${path}"`,
    origin,
    `use a file that ends in ${host.modules.extensions.join(", ")} or .json`,
  );
}

function fail(message: string, source: string, hint: string | null): Located {
  return { problem: { setting: "config", source, message, hint } };
}
