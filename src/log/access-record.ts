/** @module What the log learns of a request and its answer. */
import type { RequestHead } from "../http/events.ts";
import type { RequestOrigin } from "../http/trust-settings.ts";

/** One answer. */
export interface AccessRecord {
  readonly remoteAddress: string;
  readonly head: RequestHead;
  readonly status: number;
  /** Bytes of the body that were sent, without framing. */
  readonly bodyBytes: number;
  /** Only where somebody wants it. */
  readonly detail?: AccessDetail | null;
}

/** What only some formats show. */
export interface AccessDetail {
  /** From the end of the request's head to the end of the answer. */
  readonly durationMs: number;
  /** The head of the response as it was sent, characters up to U+00FF; empty where nothing was. */
  readonly responseHead: string;
  readonly origin: RequestOrigin;
}
