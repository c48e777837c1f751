/** @module What a connection is busy with. */

/**
 * - `proxy`: the first bytes must tell whether a PROXY header comes (setting `proxy_protocol`)
 * - `idle`: between two requests, nothing of the next one is here
 * - `head`: a part of a request head is here
 * - `exchange`: the application has the request
 * - `discard`: answered; the rest of the request's content is thrown away
 * - `linger`: our side is closed, waiting for the client's (RFC 9112 §9.6)
 * - `tunnel`: the application has the connection, which speaks another protocol now
 * - `closed`: the socket is gone
 */
export type ConnectionPhase = "proxy" | "idle" | "head" | "exchange" | "discard" | "linger" | "tunnel" | "closed";
