/** @module What tools for tracing listen to (`node:diagnostics_channel`), as `node:http` says it. */
import { channel } from "node:diagnostics_channel";
import type { Server } from "node:http";
import type { GenuineRequest, GenuineResponse } from "./genuine.ts";

const started = channel("http.server.request.start");
const finished = channel("http.server.response.finish");

/** A request is about to be given to the application. */
export function announceRequest(request: GenuineRequest, response: GenuineResponse, server: Server): void {
  if (!started.hasSubscribers && !finished.hasSubscribers) return;
  const message = { request, response, socket: request.socket, server };
  if (started.hasSubscribers) started.publish(message);
  if (finished.hasSubscribers) response.once("finish", () => finished.publish(message));
}
