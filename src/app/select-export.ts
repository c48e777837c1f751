/** @module Picks the application out of a module, in gunicorn's words where it has none to give. */
import { APP_LOAD_EXIT_CODE } from "../exit-codes.ts";
import type { ModuleExports } from "./exports.ts";
import { type ExportWish, fit, type Fitting, misfit } from "./fit.ts";
import { AppLoadError } from "./load-error.ts";
import { isThenable } from "./shape.ts";

/** Where an application is looked for when the user names none. */
const USUAL_NAMES = ["default", "application", "app", "handler", "fetch", "server"] as const;

/** An application, and the name of its export. */
export interface SelectedExport {
  readonly name: string;
  readonly fitting: Fitting;
}

/** Throws an {@link AppLoadError} (4). Rejects with what an export that is a promise rejects with. */
export async function selectUsual(exports: ModuleExports, module: string, wish: ExportWish): Promise<SelectedExport> {
  for (const name of USUAL_NAMES) {
    const { value } = await settle(exports.get(name));
    const fitting = fit(value, wish);
    if (fitting !== null) return { name, fitting };
  }
  const present = USUAL_NAMES.find((name) => exports.has(name));
  if (present !== undefined) return { name: present, fitting: await requireFitting(exports.get(present), wish, present) };
  throw new AppLoadError(APP_LOAD_EXIT_CODE, `Failed to find application object: 'default' in '${module}'`, [
    "Export the application as the default, or name its export as in 'module:name'",
    exports.listing(),
  ]);
}

/** The value of an export. Throws an {@link AppLoadError} (4) where there is none of that name. */
export function requireExport(exports: ModuleExports, module: string, name: string): unknown {
  if (exports.has(name)) return exports.get(name);
  const near = exports.nearest(name);
  throw new AppLoadError(APP_LOAD_EXIT_CODE, `Failed to find attribute '${name}' in '${module}'.`, [
    near === null ? "" : `Did you mean '${module}:${near}'?`,
    exports.listing(),
  ]);
}

/**
 * `source`: the name of an export, or a call of one. Throws an {@link AppLoadError} (4). Rejects with what a value that is a promise
 * rejects with.
 */
export async function requireFitting(value: unknown, wish: ExportWish, source: string): Promise<Fitting> {
  const { value: settled } = await settle(value);
  const subject = source.endsWith(")") ? `What '${source}' returned` : `The export '${source}'`;
  if (settled === undefined || settled === null) {
    throw new AppLoadError(APP_LOAD_EXIT_CODE, `Failed to find application object: '${source}'`, [`${subject} is ${settled}`]);
  }
  const fitting = fit(settled, wish);
  if (fitting === null) throw misfit(settled, wish, subject);
  return fitting;
}

/**
 * Applications can be thenable themselves: Fastify's instances, and routers that answer to any name, whose `then` never calls back. So none
 * is awaited, and the value comes in an object.
 */
async function settle(value: unknown): Promise<{ readonly value: unknown }> {
  return { value: isThenable(value) && fit(value, "auto") === null ? await value : value };
}
