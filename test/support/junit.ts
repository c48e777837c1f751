/** @module Reads the JUnit reports of three test runners: just the cases and how they ended. */

export interface TestCase {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
}

/** Deno reports a `describe` as a case of its own, named like the beginning of its cases: those are left out. */
export function readCases(xml: string): TestCase[] {
  const cases: TestCase[] = [];
  for (const match of xml.matchAll(/<testcase\b([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const name = unescape(/\bname="([^"]*)"/.exec(match[1] ?? "")?.[1] ?? "?");
    const body = match[3] ?? "";
    const failed = /<failure\b|<error\b/.test(body);
    cases.push({ name, outcome: failed ? "failed" : /<skipped\b/.test(body) ? "skipped" : "passed" });
  }
  const parents = new Set<string>();
  for (const { name } of cases) {
    for (let at = name.lastIndexOf(" > "); at > 0; at = name.lastIndexOf(" > ", at - 1)) parents.add(name.slice(0, at));
  }
  return cases.filter(({ name, outcome }) => !parents.has(name) || (outcome === "failed" && !hasFailedChild(cases, name)));
}

/** A describe that failed by itself (a hook) must not get lost. */
function hasFailedChild(cases: readonly TestCase[], parent: string): boolean {
  return cases.some(({ name, outcome }) => outcome === "failed" && name.startsWith(`${parent} > `));
}

function unescape(text: string): string {
  return text.replaceAll("&gt;", ">").replaceAll("&lt;", "<").replaceAll("&quot;", '"').replaceAll("&#10;", "\n").replaceAll(
    "&amp;",
    "&",
  );
}
