/** @module Loads the application that the setting names. */
import { APP_LOAD_EXIT_CODE, WORKER_BOOT_EXIT_CODE } from "../exit-codes.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";
import { errorText, placeIn, withPaths } from "./error-text.ts";
import { ModuleExports } from "./exports.ts";
import { findModule } from "./find-module.ts";
import type { ExportWish, Fitting } from "./fit.ts";
import { AppLoadError } from "./load-error.ts";
import { requireExport, requireFitting, type SelectedExport, selectUsual } from "./select-export.ts";
import { describeKind, isClass } from "./shape.ts";
import { searchSyntaxError } from "./syntax-search.ts";
import { type AppTarget, parseTarget, targetText } from "./target.ts";

/** The parts of an adapter that loading needs. */
export type LoadingAdapter = Pick<RuntimeAdapter, "files" | "modules">;

export interface LoadedApplication {
  readonly fitting: Fitting;
  /** Of the export, or of the factory. */
  readonly name: string;
  /** Of the module. */
  readonly url: string;
}

/**
 * `target` is `module:name`, `module:factory("literal")` or `module`, seen from `cwd`: a path with or without extension, a `file:` URL, or a
 * package. Rejects with an {@link AppLoadError} and nothing else.
 */
export async function loadApplication(
  adapter: LoadingAdapter,
  target: string,
  cwd: string,
  wish: ExportWish,
): Promise<LoadedApplication> {
  const parsed = parseTarget(target);
  const url = findModule(adapter, parsed, cwd);
  let namespace: object;
  try {
    namespace = await import(url);
  } catch (error) {
    throw importFailure(adapter, target, url, error);
  }
  try {
    return { ...await select(new ModuleExports(namespace), parsed, wish), url };
  } catch (error) {
    if (error instanceof AppLoadError) throw error;
    throw applicationFailure(adapter, target, `While making the application of ${withPaths(url, toPath(adapter))}`, error);
  }
}

/**
 * What the application itself threw before it could serve, as an {@link AppLoadError} (3). `during` is a whole line, told where the error does
 * not say where it comes from.
 */
export function applicationFailure(
  adapter: Pick<RuntimeAdapter, "files">,
  target: string,
  during: string,
  error: unknown,
): AppLoadError {
  const { summary, place, details } = errorText(error, toPath(adapter));
  const lines = [...details, place === null ? during : ""];
  return new AppLoadError(WORKER_BOOT_EXIT_CODE, headline(target, summary, place), lines, error);
}

async function select(exports: ModuleExports, target: AppTarget, wish: ExportWish): Promise<SelectedExport> {
  const { module, name, call } = target;
  if (name === null) return await selectUsual(exports, module, wish);
  const value = requireExport(exports, module, name);
  if (call === null) return { name, fitting: await requireFitting(value, wish, name) };
  if (typeof value !== "function") {
    throw new AppLoadError(APP_LOAD_EXIT_CODE, `Failed to find application object: '${call.text}'`, [
      `'${name}' must be a function to be called; it is ${describeKind(value)}. Without a call it is '${
        targetText({ module, name, call: null })
      }'`,
    ]);
  }
  // As in Python, calling a class makes an instance.
  const made: unknown = isClass(value) ? Reflect.construct(value, call.args) : Reflect.apply(value, undefined, call.args);
  return { name, fitting: await requireFitting(made, wish, call.text) };
}

/** What the import of `url`, for which `target` stands, was rejected with, as an {@link AppLoadError} (3). */
export function importFailure(adapter: LoadingAdapter, target: string, url: string, error: unknown): AppLoadError {
  const { summary, place, details } = errorText(error, toPath(adapter));
  const found = place === null && error instanceof SyntaxError ? searchSyntaxError(adapter, url) : null;
  const searched = found === null ? null : withPaths(found, toPath(adapter));
  const where = place ?? (searched === null ? null : placeIn(searched));
  const hint = adapter.modules.importHint(error);
  return new AppLoadError(
    WORKER_BOOT_EXIT_CODE,
    headline(target, summary, where),
    [
      ...(searched === null ? [] : [searched]),
      ...details,
      where === null ? `While importing ${withPaths(url, toPath(adapter))}` : "",
      hint === null ? "" : `Hint: ${hint}`,
    ],
    error,
  );
}

function headline(target: string, summary: string, place: string | null): string {
  return `Failed to load '${target}': ${summary}${place === null ? "" : ` (${place})`}`;
}

function toPath(adapter: Pick<RuntimeAdapter, "files">): (fileUrl: string) => string {
  return (fileUrl) => adapter.files.fromUrl(fileUrl);
}
