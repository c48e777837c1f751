import type { FilePort } from "../runtime/port.ts";

/** A path of the configuration, absolute: relative ones are seen from `directory` (`chdir`), where the arbiter need not be yet. */
export function pathIn(files: Pick<FilePort, "absolute">, directory: string, path: string): string {
  return files.absolute(path.startsWith("/") ? path : `${directory}/${path}`);
}
