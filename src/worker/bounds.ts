/**
 * Bounds of one connection that are no settings. Times are milliseconds, sizes are bytes.
 *
 * @module
 */

/** Silence of a client whose connection was closed by us, until its side is closed too (RFC 9112 §9.6). */
export const LINGER_MS = 2_000;
/** The same for a client that goes on sending: it will not read the answer before it has sent all. */
export const LINGER_MAX_MS = 10_000;
/** What is read of a client whose connection was closed by us. Who sends more has to look at the answer, or gets a reset. */
export const LINGER_BYTES = 16_777_216;
/** How long a connection that carries no request is kept when its worker drains: a request may be on the wire already. */
export const DRAIN_GRACE_MS = 2_000;
/** Bytes that are read ahead of the application: the rest of a body, or pipelined requests. */
export const READ_AHEAD_BYTES = 65_536;
/** What is read at most behind a request that takes long, only to notice a client that leaves; who sends more has to wait. */
export const PIPELINE_BYTES = 262_144;
/** Content that nobody read and that is thrown away to keep the connection; more, and the connection closes. */
export const DISCARD_BYTES = 65_536;
/** Parts of a body up to this size are joined with the head or their chunk framing into one write. */
export const JOIN_BYTES = 16_384;
/** Larger bodies are handed to the socket in pieces of this size, so that a slow client is told from one that stopped. */
export const PIECE_BYTES = 65_536;
/**
 * How long a stream may have nothing for a client that ended its side. It may still read, but most have left, which only the next write would find
 * out: a stream that waits for events would be kept for ever.
 */
export const HALF_CLOSED_MS = 30_000;
/** How often deadlines are looked at, and the date is rendered. */
export const SWEEP_MS = 250;
/** A longer gap between two sweeps means that the event loop was blocked: what came meanwhile is read before anything expires. */
export const SWEEP_GAP_MS = 1_000;
