/**
 * Bounds of one connection. Times are milliseconds, sizes are bytes.
 *
 * @module
 */

/** Silence that is allowed after a connection was accepted, before the first byte of a request. */
export const FIRST_BYTE_MS = 30_000;
/** Time for a whole request head, from its first byte. */
export const HEAD_MS = 30_000;
/** Silence that is allowed while the application waits for content of the request. */
export const BODY_PROGRESS_MS = 60_000;
/** Time in which a client that has answers waiting must take at least a byte. */
export const WRITE_PROGRESS_MS = 60_000;
/** How long a connection that was closed by us may take to close on the client's side (RFC 9112 §9.6). */
export const LINGER_MS = 2_000;
/** What a client may still send to a connection that was closed by us. */
export const LINGER_BYTES = 1_048_576;
/** How long a connection that carries no request is kept when its worker drains: a request may be on the wire already. */
export const DRAIN_GRACE_MS = 2_000;
/** Bytes that are read ahead of the application: the rest of a body, or pipelined requests. */
export const READ_AHEAD_BYTES = 65_536;
/** What a client may pipeline behind a request that takes long; more, and the connection is given up. */
export const PIPELINE_BYTES = 262_144;
/** Content that nobody read and that is thrown away to keep the connection; more, and the connection closes. */
export const DISCARD_BYTES = 65_536;
/** Parts of a body up to this size are joined with the head or their chunk framing into one write. */
export const JOIN_BYTES = 16_384;
/** Larger bodies are handed to the socket in pieces of this size, so that a slow client is told from one that stopped. */
export const PIECE_BYTES = 65_536;
/** How often deadlines are looked at, and the date is rendered. */
export const SWEEP_MS = 250;
/** A longer gap between two sweeps means that the event loop was blocked: what came meanwhile is read before anything expires. */
export const SWEEP_GAP_MS = 1_000;
