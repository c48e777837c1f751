import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import { readTranscripts, runTranscript } from "../support/transcripts.ts";

const LIMIT = { timeout: 120_000 };

/** The command line as a process: exit status, standard output, standard error and files, to the letter, from `test/snapshots`. */
export function argvSuite(): void {
  for (const { name, transcripts } of readTranscripts()) {
    describe(`test/snapshots/${name} (else run: node test/support/write-snapshots.ts ${name})`, () => {
      for (const transcript of transcripts.filter(({ needsTypeScript }) => !needsTypeScript || importsTypeScript())) {
        it(transcript.title, LIMIT, async () => {
          assert.equal(await runTranscript(transcript), transcript.outcome);
        });
      }
    });
  }
}

/** The built package is tried on the oldest Node, which does not. */
function importsTypeScript(): boolean {
  return process.env["TSGUNICORN_TEST_NODE"] === undefined;
}
