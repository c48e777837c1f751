/**
 * Files as the body of a response: what `Bun.file()` gives, a blob that knows its path. Sent part by part, never read as a whole; a
 * range that the client asks for is cut out, as `Bun.serve` does it (players of media cannot seek otherwise).
 *
 * @module
 */
import type { ResponseHead } from "../http/response-head.ts";
import { fieldValue } from "../http/fields.ts";
import type { Exchange } from "./application.ts";
import { hasField, isName } from "./header-fields.ts";

/** A blob over a file. `name` is its path, `stat` looks at the whole file also where the blob is a slice of it. */
export interface FileBlob extends Blob {
  readonly name: string;
  stat(): Promise<{ readonly size: number }>;
}

/** What is sent in the place of a whole file; null: nothing of it. */
export interface FilePart {
  readonly head: ResponseHead;
  readonly body: Blob | null;
}

/** The first and the last byte, counted from 0. */
interface ByteRange {
  readonly first: number;
  readonly last: number;
}

const PARTIAL_CONTENT = 206;
const RANGE_NOT_SATISFIABLE = 416;
/** One range of bytes. Several would need `multipart/byteranges`; a server may ignore any of them (RFC 9110 §14.2). */
const ONE_RANGE = /^bytes=[\t ]*(\d*)-(\d*)[\t ]*$/i;
/** What tells of the content that a refused range does not get. */
const OF_CONTENT = ["content-type", "content-encoding", "content-language"] as const;

/** Not a `File`, whose name is no path and whose bytes are in memory. */
export function isFileBlob(blob: Blob): blob is FileBlob {
  return "name" in blob && typeof blob.name === "string" && !(blob instanceof File) && "stat" in blob &&
    typeof blob.stat === "function";
}

/**
 * Whether the request asks for a part of what `head` begins and may have it: a GET for a whole response whose framing is left to the
 * server, and which is still the one that an `If-Range` names (RFC 9110 §13.1.5).
 */
export function mayHaveRange({ head: request }: Exchange, head: ResponseHead): boolean {
  if (request.method !== "GET" || head.status !== 200 || !hasField(request.fields, "range")) return false;
  if (hasField(head.fields, "content-length") || hasField(head.fields, "content-range")) return false;
  const condition = fieldValue(request.fields, "if-range");
  if (condition === null) return true;
  // A weak validator never matches; dates are compared as text, for the client sends back what it got.
  return condition === fieldValue(head.fields, condition.startsWith('"') ? "etag" : "last-modified");
}

/**
 * The part that the request asks for, or the whole where it asks for none that can be told. Rejects where the file cannot be looked at.
 * A slice is what the application chose to send already, and is left alone.
 */
export async function partOfFile({ head: request }: Exchange, head: ResponseHead, file: FileBlob): Promise<FilePart> {
  const range = parseRange(fieldValue(request.fields, "range") ?? "", file.size);
  if (range === null || (await file.stat()).size !== file.size) return { head, body: file };
  if (range === "unsatisfiable") {
    const fields = ["content-range", `bytes */${file.size}`, "accept-ranges", "bytes"];
    return {
      head: { status: RANGE_NOT_SATISFIABLE, reason: "", fields: [...withoutContent(head.fields), ...fields] },
      body: null,
    };
  }
  const { first, last } = range;
  const fields = [...head.fields, "content-range", `bytes ${first}-${last}/${file.size}`];
  if (!hasField(head.fields, "accept-ranges")) fields.push("accept-ranges", "bytes");
  return { head: { status: PARTIAL_CONTENT, reason: "", fields }, body: file.slice(first, last + 1) };
}

/** Null: to be ignored (RFC 9110 §14.1.2). */
function parseRange(value: string, sizeBytes: number): ByteRange | "unsatisfiable" | null {
  const [, from = "", to = ""] = ONE_RANGE.exec(value) ?? [];
  if (from === "" && to === "") return null;
  const end = sizeBytes - 1;
  if (from === "") {
    const suffixBytes = Number(to);
    return suffixBytes === 0 || sizeBytes === 0 ? "unsatisfiable" : { first: Math.max(0, sizeBytes - suffixBytes), last: end };
  }
  const first = Number(from);
  if (to !== "" && Number(to) < first) return null;
  return first > end ? "unsatisfiable" : { first, last: to === "" ? end : Math.min(end, Number(to)) };
}

function withoutContent(fields: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? "";
    if (!OF_CONTENT.some((lower) => isName(name, lower))) kept.push(name, fields[i + 1] ?? "");
  }
  return kept;
}
