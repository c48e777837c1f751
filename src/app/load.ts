/** @module Loads the application that the setting names. */
import { WORKER_BOOT_EXIT_CODE } from "../exit-codes.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";
import { errorText, placeIn, withPaths } from "./error-text.ts";
import type { FetchHandler } from "./fetch.ts";
import { findModule } from "./find-module.ts";
import { AppLoadError } from "./load-error.ts";
import { selectHandler } from "./select-handler.ts";
import { searchSyntaxError } from "./syntax-search.ts";
import { parseTarget } from "./target.ts";

/** The parts of an adapter that loading needs. */
export type LoadingAdapter = Pick<RuntimeAdapter, "files" | "modules">;

export interface LoadedApplication {
  /** Bound to its object, where it is a method. */
  readonly handler: FetchHandler;
  /** Of the export. */
  readonly name: string;
  /** Of the module. */
  readonly url: string;
}

/**
 * `target` is `module:name` or `module`, seen from `cwd`: a path with or without extension, a `file:` URL, or a package. Rejects with an
 * {@link AppLoadError} and nothing else.
 */
export async function loadApplication(adapter: LoadingAdapter, target: string, cwd: string): Promise<LoadedApplication> {
  const parsed = parseTarget(target);
  const url = findModule(adapter, parsed, cwd);
  let namespace: object;
  try {
    namespace = await import(url);
  } catch (error) {
    throw importFailure(adapter, target, url, error);
  }
  return { ...selectHandler(namespace, parsed), url };
}

function importFailure(adapter: LoadingAdapter, target: string, url: string, error: unknown): AppLoadError {
  const toPath = (fileUrl: string): string => adapter.files.fromUrl(fileUrl);
  const { summary, place, details } = errorText(error, toPath);
  const found = place === null && error instanceof SyntaxError ? searchSyntaxError(adapter, url) : null;
  const searched = found === null ? null : withPaths(found, toPath);
  const where = place ?? (searched === null ? null : placeIn(searched));
  const hint = adapter.modules.importHint(error);
  return new AppLoadError(
    WORKER_BOOT_EXIT_CODE,
    `Failed to load '${target}': ${summary}${where === null ? "" : ` (${where})`}`,
    [
      ...(searched === null ? [] : [searched]),
      ...details,
      where === null ? `While importing ${withPaths(url, toPath)}` : "",
      hint === null ? "" : `Hint: ${hint}`,
    ],
    error,
  );
}
