/** @module Files that are probably an application, to suggest one. */
import type { FilePort, ModulePort } from "../runtime/port.ts";

/** What looking needs of an adapter. */
export interface EntryHost {
  readonly files: Pick<FilePort, "isFile" | "absolute">;
  readonly modules: Pick<ModulePort, "extensions">;
}

/** As newcomers and templates of frameworks name them, the likeliest first. */
const STEMS: readonly string[] = ["app", "server", "main", "index"];
const FOLDERS: readonly string[] = ["", "src/"];

/** Paths such as `./src/app.ts` of files below `directory` that this runtime can import, the likeliest first. */
export function findEntryFiles({ files, modules }: EntryHost, directory: string): readonly string[] {
  const paths = FOLDERS.flatMap((folder) =>
    STEMS.flatMap((stem) => modules.extensions.map((extension) => `${folder}${stem}${extension}`))
  );
  return paths.filter((path) => files.isFile(files.absolute(`${directory}/${path}`))).map((path) => `./${path}`);
}
