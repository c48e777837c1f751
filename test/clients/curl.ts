/** @module curl, and what it says about an answer. */
import { run } from "./child.ts";
import { programPath } from "./programs.ts";

export interface CurlResult {
  /** 0: the whole answer came. */
  readonly exitCode: number | null;
  readonly status: number;
  /** Version of the answer as curl writes it: `1.1`. */
  readonly version: string;
  readonly body: Buffer;
  readonly text: string;
  /** What `-v` prints: `> ` sent, `< ` received, `* ` remarks. */
  readonly verbose: string;
  /** New connections that each URL needed. */
  readonly connects: readonly number[];
}

/** For uploads that come back meanwhile: after an expectation curl 7.88 does not read before it has sent all. */
export const ECHO: readonly string[] = ["-H", "Expect:"];

/** Not text of any answer. */
const MARK = "\n--curl-wrote--";

/** Runs curl. Several URLs use one connection where they can; `text` and `body` are those of all of them. */
export async function curl(args: readonly string[], input?: Uint8Array | string): Promise<CurlResult> {
  const report = `${MARK} %{http_code} %{http_version} %{num_connects}\\n`;
  // -q: the user's .curlrc is not part of the test.
  const { code, stdout, stderr } = await run(
    programPath("curl"),
    ["-q", "--globoff", "--silent", "--show-error", "--verbose", "--max-time", "15", "-w", report, ...args],
    input,
  );
  const all = stdout.toString("latin1");
  const reports = [...all.matchAll(new RegExp(`${MARK} (\\d+) (\\S+) (\\d+)\\n`, "g"))];
  const text = all.replace(new RegExp(`${MARK} .*\\n`, "g"), "");
  const last = reports.at(-1);
  return {
    exitCode: code,
    status: Number(last?.[1] ?? 0),
    version: last?.[2] ?? "",
    body: Buffer.from(text, "latin1"),
    text,
    verbose: stderr.replaceAll("\r", ""),
    connects: reports.map((one) => Number(one[3])),
  };
}
