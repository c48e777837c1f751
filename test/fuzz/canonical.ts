/** @module Writes down what the parser read, in the one plain form that nobody can misread. */
import type { Message } from "./drive.ts";

/** The complete messages, one after the other: all content of a chunked one in a single chunk. */
export function canonicalWire(messages: readonly Message[]): string {
  return messages.filter(({ trailers }) => trailers !== null).map(canonicalMessage).join("");
}

function canonicalMessage({ head, data, trailers }: Message): string {
  const start = `${head.method} ${head.target} HTTP/1.${head.minorVersion}\r\n${linesOf(head.fields)}\r\n`;
  if (head.framing.kind !== "chunked") return start + data;
  const chunk = data === "" ? "" : `${data.length.toString(16)}\r\n${data}\r\n`;
  return `${start}${chunk}0\r\n${linesOf(trailers ?? [])}\r\n`;
}

function linesOf(fields: readonly string[]): string {
  let lines = "";
  for (let i = 0; i < fields.length; i += 2) lines += `${fields[i]}: ${fields[i + 1]}\r\n`;
  return lines;
}

/** What must be the same after reading, writing and reading again. */
export function meaningOf(messages: readonly Message[]): unknown {
  return messages.filter(({ trailers }) => trailers !== null).map(({ head, data, trailers }) => ({
    ...head,
    data,
    trailers,
  }));
}
