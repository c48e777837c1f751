/** @module Whether the files of a configuration could be read and written. Nothing is opened, made or changed. */
import type { Config } from "../config/config.ts";
import type { SettingName } from "../config/settings.ts";
import { messageOf } from "../log/logger.ts";
import type { FilePort, FileUse, SystemPort } from "../runtime/port.ts";
import type { Findings } from "./config-check-findings.ts";
import { pathIn } from "./path-in.ts";

const FIXES: Readonly<Record<FileUse, string>> = {
  read: "let this user read it, or take it out",
  write: "let this user write there, or choose another path",
};

/** Files that exist, and folders for those that do not. What is not there at all was told when the configuration was read. */
export function checkFiles(
  files: Pick<FilePort, "absolute" | "isDirectory">,
  system: Pick<SystemPort, "access">,
  { settings, origin }: Config,
  findings: Findings,
): void {
  const look = (setting: SettingName, path: string, wanted: FileUse): void => {
    try {
      system.access(path, wanted);
    } catch (error) {
      findings.problem({ setting, source: origin[setting], message: messageOf(error), hint: FIXES[wanted] });
    }
  };
  const inside = (path: string): string => pathIn(files, settings.chdir, path);
  const { pidfile, errorlog, accesslog, worker_tmp_dir, reload_extra_files } = settings;
  // It is written beside its place and renamed.
  if (pidfile !== null && findings.isSound("pidfile")) look("pidfile", folderOf(inside(pidfile)), "write");
  for (const [name, path] of [["errorlog", errorlog], ["accesslog", accesslog]] as const) {
    if (path === null || path === "-" || !findings.isSound(name)) continue;
    look(name, exists(system, inside(path)) ? inside(path) : folderOf(inside(path)), "write");
  }
  if (worker_tmp_dir !== null && findings.isSound("worker_tmp_dir")) look("worker_tmp_dir", inside(worker_tmp_dir), "write");
  if (!findings.isSound("reload_extra_files")) return;
  // Patterns may match nothing yet.
  for (const path of reload_extra_files) if (!/[*?[]/.test(path)) look("reload_extra_files", inside(path), "read");
}

function exists(system: Pick<SystemPort, "access">, path: string): boolean {
  try {
    system.access(path, "write");
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ENOENT");
  }
}

function folderOf(path: string): string {
  return path.replace(/\/[^/]*$/, "") || "/";
}
