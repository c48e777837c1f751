/** @module Which config file to read. */
import type { ConfigHost } from "./host.ts";
import type { Entry } from "./layer.ts";
import type { Problem } from "./errors.ts";

/** Tried in this order in the working directory. */
export const CONFIG_FILE_NAMES: readonly string[] = ["ts", "mts", "js", "mjs", "cjs", "json"].map((extension) =>
  `tsgunicorn.config.${extension}`
);

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

function locateChosen(host: ConfigHost, path: string, origin: string): Located {
  if (path === "") return { path: null };
  const absolute = host.files.absolute(path);
  if (host.files.isDirectory(absolute)) return fail(`"${path}" is a directory`, origin, "name the file in it");
  if (!host.files.isFile(absolute)) return fail(`"${path}" doesn't exist`, origin, null);
  return checkExtension(host, absolute, origin);
}

function checkExtension(host: ConfigHost, path: string, origin: string): Located {
  const extension = /\.[a-z]+$/.exec(path)?.[0] ?? "";
  const known = CONFIG_FILE_NAMES.some((name) => name.endsWith(extension)) && extension !== "";
  if (!known) {
    return fail(`"${path}" is no kind of config file`, origin, "use a file that ends in .ts, .mts, .js, .mjs, .cjs or .json");
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
