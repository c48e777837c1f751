/** @module The end of a request and its response, as `node:http` does it behind the last byte. */
import type { GenuineRequest, GenuineResponse, ReadableFlags } from "./genuine.ts";

/** Of a stream that is over without an end. */
const OVER: Omit<ReadableFlags, "readingMore"> = {
  ended: true,
  endEmitted: true,
  destroyed: true,
  closed: true,
  closeEmitted: true,
};

/** What `node:http` does after `finish`: the rest of the request is thrown away, and both are closed. */
export function settle(request: GenuineRequest | null, response: GenuineResponse): void {
  response.socket = null;
  if (request !== null && !request.destroyed) {
    if (request.complete) {
      request._dump();
    } else {
      // The connection throws the rest away, or ends. Nothing of it is told as an error: the application has answered.
      Object.assign(request._readableState, OVER);
      request.emit("close");
    }
  }
  close(response);
}

/** The response is over, however it ended. */
export function close(response: GenuineResponse): void {
  if (response._closed) return;
  response.destroyed = true;
  response._closed = true;
  response.emit("close");
}

/** The client takes bytes again. */
export function drain(response: GenuineResponse): void {
  if (response.finished) return;
  const key = needDrainKey(response);
  if (key !== undefined) Reflect.set(response, key, false);
  response.emit("drain");
}

/** `node:http` remembers that somebody waits under a symbol of its own. */
function needDrainKey(response: GenuineResponse): symbol | undefined {
  return Object.getOwnPropertySymbols(response).find(({ description }) => description === "kNeedDrain");
}

/** What a request fails with whose client has left, as in `node:http`. */
export function connectionReset(): Error {
  return Object.assign(new Error("aborted"), { code: "ECONNRESET" });
}

/** What a write behind the end of its connection is told. */
export function streamDestroyed(): Error {
  return Object.assign(new Error("Cannot call write after a stream was destroyed"), { code: "ERR_STREAM_DESTROYED" });
}
