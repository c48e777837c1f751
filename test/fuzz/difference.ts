/** @module The first place where two servers read the same bytes differently. */
import type { Message, Reading } from "./drive.ts";
import type { TheirMessage, TheirReading } from "./llhttp.ts";

/**
 * - `refused_here`, `refused_there`: the other one accepts
 * - `other_status`: both refuse
 * - `closed_here`, `closed_there`: the connection ends without a refusal; the other one reads on
 * - `other_reading`: both accept, and understand something else
 */
export type DifferenceKind = "refused_here" | "refused_there" | "other_status" | "closed_here" | "closed_there" | "other_reading";

export interface Difference {
  readonly kind: DifferenceKind;
  /** `200`, a status and a code, `closed`, or what was read. */
  readonly ours: string;
  readonly theirs: string;
  /** The request that differs, as far as we read it, or the last one before it. */
  readonly message: Message | null;
  readonly aspect: Aspect | null;
}

export type Aspect = "method" | "target" | "version" | "fields" | "content" | "trailers";

const ACCEPTED = "200";
const CLOSED = "closed";

/** Null: there is none. `ours` must be read with `ignoreUpgrade` and an end of the bytes. */
export function firstDifference(ours: Reading, theirs: TheirReading): Difference | null {
  const refused = theirs.statuses.findIndex((status) => status !== 200);
  const refusal = refused < 0 ? null : `${theirs.statuses[refused]} ${theirs.code ?? "of the server itself"}`;
  const theirMessages = theirs.messages.slice(0, refused < 0 ? theirs.closedAfter ?? Infinity : refused);
  for (let index = 0;; index += 1) {
    const our = ours.messages[index] ?? null;
    const their = theirMessages[index] ?? null;
    const weHave = our !== null && our.trailers !== null;
    const theyHave = their !== null && their.trailers !== null;
    const difference = (kind: DifferenceKind, mine: string, other: string, aspect: Aspect | null = null): Difference => ({
      kind,
      ours: mine,
      theirs: other,
      message: our ?? ours.messages[index - 1] ?? null,
      aspect,
    });
    if (weHave && theyHave) {
      const aspect = otherAspect(our, their);
      if (aspect !== null) return difference("other_reading", partOf(aspect, our), theirPartOf(aspect, their), aspect);
      // After CONNECT nothing is HTTP/1 any more.
      if (our.head.method === "CONNECT") return null;
      continue;
    }
    const isOver = ours.end === "rest" && !weHave;
    if (theirs.closedAfter === index && refusal === null && !isOver) {
      return weHave || ours.error !== null ? difference("closed_there", ours.error ?? ACCEPTED, CLOSED) : null;
    }
    if (weHave) return difference("refused_there", ACCEPTED, refusal ?? CLOSED);
    if (isOver) return theyHave || refusal !== null ? difference("closed_here", CLOSED, refusal ?? ACCEPTED) : null;
    if (theyHave) return difference("refused_here", ours.error ?? CLOSED, ACCEPTED);
    if (ours.error === null) return refusal === null ? null : difference("refused_there", CLOSED, refusal);
    if (refusal === null) return difference("refused_here", ours.error, CLOSED);
    return ours.error.slice(0, 3) === refusal.slice(0, 3) ? null : difference("other_status", ours.error, refusal);
  }
}

function otherAspect({ head, data, trailers }: Message, their: TheirMessage): Aspect | null {
  if (head.method !== their.method) return "method";
  if (head.target !== their.target) return "target";
  if (`1.${head.minorVersion}` !== their.version) return "version";
  if (JSON.stringify(head.fields) !== JSON.stringify(their.fields)) return "fields";
  if (data !== their.body) return "content";
  return JSON.stringify(trailers) === JSON.stringify(their.trailers) ? null : "trailers";
}

function partOf(aspect: Aspect, { head, data, trailers }: Message): string {
  const { method, target, minorVersion, fields } = head;
  return JSON.stringify({ method, target, version: `1.${minorVersion}`, fields, content: data, trailers }[aspect]);
}

function theirPartOf(aspect: Aspect, { method, target, version, fields, body, trailers }: TheirMessage): string {
  return JSON.stringify({ method, target, version, fields, content: body, trailers }[aspect]);
}
