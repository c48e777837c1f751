/**
 * Runs the cases of `test/snapshots/*.md` on Node and writes down what came of them; `test/conformance/server-argv.test.ts` fails on each
 * runtime where something else comes of them. Run it with `node test/support/write-snapshots.ts [PAGE.md]...`, and read the difference.
 *
 * @module
 */
import process from "node:process";
import { readTranscripts, runTranscript, writeTranscripts } from "./transcripts.ts";

const names = process.argv.slice(2);
for (const page of readTranscripts()) {
  if (names.length > 0 && !names.includes(page.name)) continue;
  const outcomes: string[] = [];
  for (const transcript of page.transcripts) outcomes.push(await runTranscript(transcript));
  writeTranscripts(page, outcomes);
}
