/** @module What schemas cannot say: addresses that fit together, folders that exist. */
import { BindError, type BindTarget, formatBind, parseBind, resolveBind } from "./bind.ts";
import type { ConfigHost } from "./host.ts";
import type { Problem } from "./errors.ts";
import { findBroken } from "./checks/apply-rules.ts";
import type { Resolution } from "./resolve.ts";
import type { SettingName } from "./settings.ts";

/** The rest of a configuration. */
export interface Checked {
  /** Absolute. */
  readonly directory: string;
  readonly binds: readonly BindTarget[];
  readonly problems: readonly Problem[];
}

/** Checks resolved settings against each other and against the file system. */
export function checkSettings(host: ConfigHost, { settings, origin, problems: known }: Resolution, file: string | null): Checked {
  const problems: Problem[] = [];
  const report = (setting: SettingName, message: string, hint: string | null = null): void => {
    problems.push({ setting, source: origin[setting], message, hint });
  };
  const directory = host.files.absolute(settings.chdir);
  const inside = (path: string): string => path.startsWith("/") ? path : `${directory.replace(/\/$/, "")}/${path}`;
  if (!host.files.isDirectory(directory)) {
    report("chdir", `can't chdir to "${settings.chdir}"`, host.files.isFile(directory) ? "it is a file" : "create the directory");
    return { directory, binds: parseBinds(settings.bind, directory, report), problems };
  }
  if (settings.worker_tmp_dir !== null && !host.files.isDirectory(inside(settings.worker_tmp_dir))) {
    report("worker_tmp_dir", `"${settings.worker_tmp_dir}" is not a directory`, "create it");
  }
  for (const path of settings.reload_extra_files) {
    const isThere = host.files.isFile(inside(path)) || host.files.isDirectory(inside(path));
    // A pattern may match nothing yet, which is only worth a warning.
    if (!isThere && !/[*?[]/.test(path)) report("reload_extra_files", `"${path}" doesn't exist`, "create it, or take it out");
  }
  for (const name of ["pidfile", "accesslog", "errorlog"] as const) {
    const path = settings[name];
    if (path === null || (path === "-" && name !== "pidfile")) continue;
    const folder = inside(path).replace(/\/[^/]*$/, "") || "/";
    if (!host.files.isDirectory(folder)) report(name, `the directory "${folder}" doesn't exist`, "create it");
    else if (host.files.isDirectory(inside(path))) report(name, `"${path}" is a directory`, "name a file in it");
  }
  const binds = parseBinds(settings.bind, directory, report);
  const unsound = new Set([...known, ...problems].map(({ setting }) => setting));
  problems.push(...findBroken(host, { settings, origin, binds, file }, "problem", unsound));
  return { directory, binds, problems };
}

function parseBinds(
  texts: readonly string[],
  directory: string,
  report: (setting: "bind", message: string, hint: string | null) => void,
): readonly BindTarget[] {
  const binds: BindTarget[] = [];
  const seen = new Set<string>();
  for (const text of texts) {
    try {
      const target = resolveBind(parseBind(text), directory);
      const name = formatBind(target);
      // Port 0 is another port each time.
      if (seen.has(name) && !(target.kind === "tcp" && target.port === 0)) {
        report("bind", `"${text}" is there twice`, "remove one");
      }
      seen.add(name);
      binds.push(target);
    } catch (error) {
      if (!(error instanceof BindError)) throw error;
      report("bind", error.message, error.hint);
    }
  }
  const descriptors = binds.filter(({ kind }) => kind === "fd").length;
  if (descriptors > 0 && descriptors < binds.length) {
    report("bind", "fd:// addresses cannot be mixed with others", "use only fd:// addresses, or none");
  }
  return binds;
}
