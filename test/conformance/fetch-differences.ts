/** @module Where what a client gets differs, by intention or because a runtime tells too little. Each entry must still be true. */

export interface Difference {
  /** Ours from the runtime's own server, or what goes out without light objects from what does with them. */
  readonly of: "own server" | "light objects";
  readonly runtimes: readonly string[];
  readonly kinds: readonly string[];
  readonly what: readonly ("status" | "type" | "content" | "isWhole" | "fields")[];
  readonly reason: string;
}

/** Of test/fixtures/server/bodies.mjs. */
const STREAMS = [
  "stream",
  "stream-empty",
  "byte-stream",
  "text-encoder-stream",
  "to-web",
  "fs-stream",
  "handle-stream",
  "iterable",
  "node-stream",
  "copy",
  "clone-stream",
  "breaks-early",
  "breaks-late",
  "stream-of-text",
] as const;
const BYTES = ["bytes", "view", "buffer", "file-bytes", "large-bytes"] as const;

export const DIFFERENCES: readonly Difference[] = [
  {
    of: "own server",
    runtimes: ["node"],
    kinds: [...STREAMS, ...BYTES, "blob", "blob-empty", "large-blob"],
    what: ["type"],
    reason:
      "@hono/node-server calls everything text that has no Content-Type, which is what a stream of anything is then taken for",
  },
  {
    of: "own server",
    runtimes: ["node"],
    kinds: ["blob-typed", "blob-slice", "file"],
    what: ["type"],
    reason: "@hono/node-server forgets the type of a blob",
  },
  {
    of: "own server",
    runtimes: ["bun"],
    kinds: [...BYTES, "touched", "blob", "large-blob"],
    what: ["type"],
    reason: "Bun.serve guesses a type for bytes; the standard has none, and a client may guess by itself",
  },
  {
    of: "own server",
    runtimes: ["bun"],
    kinds: ["empty", "json", "bun-file-stream"],
    what: ["type"],
    reason: "The standard says text/plain for every string, application/json without a charset, and nothing for a stream",
  },
  {
    of: "own server",
    runtimes: ["bun"],
    kinds: ["bun-file-slice"],
    what: ["status"],
    reason: "A blob does not tell where in its file it begins; an application gives status 206 and Content-Range itself",
  },
  {
    of: "own server",
    runtimes: ["node", "bun"],
    kinds: ["thenable"],
    what: ["status"],
    reason: "A promise of another make is one for us",
  },
  {
    of: "own server",
    runtimes: ["node", "bun"],
    kinds: ["plain", "foreign-used"],
    what: ["status"],
    reason: "What is no response is a mistake, which the log explains; not an empty answer",
  },
  {
    of: "own server",
    runtimes: ["bun", "deno"],
    kinds: ["foreign"],
    what: ["status"],
    reason: "Responses of packages with classes of their own are sent",
  },
  {
    of: "own server",
    runtimes: ["node"],
    kinds: ["foreign", "stream-of-buffers"],
    what: ["type"],
    reason: "As for other streams",
  },
  {
    of: "own server",
    runtimes: ["node", "bun", "deno"],
    kinds: ["foreign-node"],
    what: ["status"],
    reason: "Responses of packages with classes of their own are sent, also over Node's streams",
  },
  {
    of: "own server",
    runtimes: ["node", "deno"],
    kinds: ["stream-of-buffers"],
    what: ["content", "isWhole"],
    reason: "As Bun.serve we send buffers of every kind, and text, from a stream",
  },
  {
    of: "own server",
    runtimes: ["deno"],
    kinds: ["stream-of-text"],
    what: ["content", "isWhole"],
    reason: "As Bun.serve we send buffers of every kind, and text, from a stream",
  },
  {
    of: "own server",
    runtimes: ["node", "bun", "deno"],
    kinds: ["stream-of-numbers"],
    what: ["status"],
    reason: "A stream that fails before anything went out is a 500, of which the client can learn",
  },
  {
    of: "own server",
    runtimes: ["bun"],
    kinds: ["breaks-early"],
    what: ["status"],
    reason: "Bun.serve leaves out the end of the head",
  },
  {
    of: "light objects",
    runtimes: ["bun"],
    kinds: ["json"],
    what: ["type"],
    reason: "Bun's own Response.json adds a charset",
  },
  {
    of: "light objects",
    runtimes: ["bun"],
    kinds: [
      "text",
      "empty",
      "number",
      "object",
      "status",
      "status-string",
      "cookies",
      "clone",
      "touched",
      "later",
      "thenable",
      "undefined",
      "large-text",
    ],
    what: ["type"],
    reason: "Bun's own Response tells the type of text to Bun.serve only",
  },
];
