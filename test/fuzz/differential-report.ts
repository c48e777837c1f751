/** @module docs/llhttp.md as text. */
import { type DifferenceClass, headingOf, KINDS } from "./difference-classes.ts";
import type { DifferenceKind } from "./difference.ts";
import { escapeLine } from "./wire-case.ts";

export const REPORT_PATH: URL = new URL("../../docs/llhttp.md", import.meta.url);

export interface ClassCount extends DifferenceClass {
  readonly kind: DifferenceKind;
  readonly cases: number;
  readonly generated: number;
  /** The shortest wire, and what became of it. */
  readonly example: string;
  readonly ours: string;
  readonly theirs: string;
}

export interface Totals {
  readonly cases: number;
  readonly generated: number;
  readonly different: number;
}

const EXAMPLE_MAX_CHARS = 400;

export function renderReport(totals: Totals, classes: readonly ClassCount[], node: string, llhttp: string): string {
  const sorted = KINDS.flatMap((kind) =>
    classes.filter((each) => each.kind === kind).sort((one, other) => one.key < other.key ? -1 : 1)
  );
  return [
    preface(totals, node, llhttp),
    ...KINDS.flatMap((kind) => renderKind(kind, sorted.filter((each) => each.kind === kind))),
  ].join("\n");
}

function preface({ cases, generated, different }: Totals, node: string, llhttp: string): string {
  return `# Differences from llhttp

<!-- Written by test/fuzz/differential.ts --write. Edit test/fuzz/difference-classes.ts, not this. -->

The same bytes were sent to this server's parser and to \`http.createServer\` of Node ${node} (llhttp ${llhttp}), both with their defaults:
\`insecureHTTPParser: false\`, \`requireHostHeader: true\`, \`maxHeaderSize\` 16 KiB there; gunicorn's limits and nothing permitted here. Node's server
got a listener for \`connect\`, without which it closes the connection of every CONNECT, and the bytes one by one: in one piece, a broken
request takes away the answer of a good one that is pipelined before it.

${cases} wire cases of \`test/http\` and ${generated} generated inputs; ${different} of them are read differently. The first difference of an input counts.
`;
}

function renderKind(kind: DifferenceKind, classes: readonly ClassCount[]): string[] {
  const heading = headingOf(kind);
  const title = `## ${heading.charAt(0).toUpperCase()}${heading.slice(1)}\n`;
  if (classes.length === 0) return [title, "None.\n"];
  const table = [
    "| | wire cases | generated | here | node:http |",
    "|---|---|---|---|---|",
    ...classes.map((each) =>
      `| ${each.title} | ${each.cases} | ${each.generated} | ${shown(each.ours)} | ${shown(each.theirs)} |`
    ),
  ];
  return [title, `${table.join("\n")}\n`, ...classes.map(renderClass)];
}

function renderClass({ title, reason, example }: ClassCount): string {
  const wire = escapeLine(example);
  const cut = wire.length > EXAMPLE_MAX_CHARS ? `${wire.slice(0, EXAMPLE_MAX_CHARS)}...` : wire;
  return `**${title}.** ${reason}\n\n\`\`\`\n${cut}\n\`\`\`\n`;
}

function shown(outcome: string): string {
  return outcome.replaceAll("|", "\\|");
}
