/** @module What is no mistake, and still may not be what the user thinks. */
import type { EnvSources } from "./env-sources.ts";
import type { ConfigHost } from "./host.ts";
import { GUNICORN_FILE_NAME } from "./locate-file.ts";

/** `configuredBy`: the file that settings were read from, if there is one. */
export function findNotes(host: ConfigHost, { files, strangers }: EnvSources, configuredBy: string | null): readonly string[] {
  const isHere = (name: string): boolean => host.files.isFile(host.files.absolute(name));
  const notes: string[] = [];
  if (configuredBy === null && isHere(GUNICORN_FILE_NAME)) {
    notes.push(
      `"${GUNICORN_FILE_NAME}" is Python and was not read: "tsgunicorn init" makes a "tsgunicorn.config.ts", where settings have the same names`,
    );
  }
  // Elsewhere nobody expects it.
  if (host.name === "bun" && files.length === 0 && isHere(".env")) {
    notes.push('".env" was not read: such files are only read where they are named, as in --env-file .env');
  }
  for (const name of strangers) notes.push(`The variable "${name}" is no setting and was not read`);
  return notes;
}
