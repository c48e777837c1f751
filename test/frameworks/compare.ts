/**
 * Two answers side by side: what counts as the same.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Answer, Fields } from "./wire.ts";

/** Each server's own: its clock, its name, and how long it keeps a connection. */
const OWN = new Set(["date", "server", "connection", "keep-alive"]);
const LONG_BYTES = 4_096;

/**
 * What differs in some answer, a line each: `-` what only the usual server sends, `+` what only we send. Order and case of names have no
 * meaning; the order of the values of one name has. `random` is replaced in both.
 */
export function differencesOf(ours: readonly Answer[], usual: readonly Answer[], random: readonly RegExp[]): string[] {
  const lines: string[] = [];
  for (let index = 0; index < Math.max(ours.length, usual.length); index++) {
    const mine = describe(ours[index], random);
    const theirs = describe(usual[index], random);
    if (mine.join("\n") === theirs.join("\n")) continue;
    lines.push(
      ...theirs.filter((line) => !mine.includes(line)).map((line) => `- ${line}`),
      ...mine.filter((line) => !theirs.includes(line)).map((line) => `+ ${line}`),
    );
  }
  return lines;
}

function describe(answer: Answer | undefined, random: readonly RegExp[]): string[] {
  if (answer === undefined) return ["no answer"];
  const { interim, status, reason, fields, body, trailers, isWhole } = answer;
  const hide = (text: string): string => random.reduce((all, pattern, index) => all.replace(pattern, `<random ${index}>`), text);
  return [
    ...interim.map((one) => [`interim ${one.status}`, ...linesOf(one.fields)].join("; ")),
    `status ${status}`,
    `reason ${reason}`,
    ...linesOf(fields).map(hide),
    `content ${summary(hide(Buffer.from(body).toString("latin1")))}`,
    ...linesOf(trailers).map((line) => `trailer ${line}`),
    isWhole ? "whole" : "broken off",
  ];
}

/** Fields and bodies of all answers, for a look by a regular expression. */
export function textOf(answers: readonly Answer[]): string {
  return answers.map(({ interim, fields, trailers, body }) =>
    [
      ...interim.flatMap((one) => linesOf(one.fields)),
      ...linesOf(fields),
      Buffer.from(body).toString("latin1"),
      ...linesOf(trailers),
    ].join("\n")
  ).join("\n\n");
}

function linesOf(fields: Fields): string[] {
  const kept = fields.filter(([name]) => !OWN.has(name));
  return kept.toSorted(([a], [b]) => a < b ? -1 : a > b ? 1 : 0).map(([name, value]) =>
    // Blanks before a parameter, and the case of a charset, mean nothing (RFC 9110 sections 5.6.6 and 8.3.2).
    `${name}: ${
      name === "content-type" ? value.replace(/;\s*/g, "; ").replace(/charset=\S+/, (text) => text.toLowerCase()) : value
    }`
  );
}

function summary(body: string): string {
  if (body.length <= LONG_BYTES) return body;
  return `${body.slice(0, 200)}… ${body.length} bytes, SHA-256 ${createHash("sha256").update(body, "latin1").digest("hex")}`;
}
