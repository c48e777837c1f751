/** @module Sends what an application returned: at once where it is there, else part by part as fast as the client takes it. */
import type { BridgeServices } from "../call.ts";
import { BodySource, closeBody, isThenable } from "./body-source.ts";
import { checkPart, sizeOf, type WsgiResponse } from "./response.ts";
import type { WsgiPart } from "./types.ts";

/** Never throws and never rejects: what goes wrong ends in the exchange's `fail`. The body is closed, whatever happens. */
export function sendBody(response: WsgiResponse, body: unknown): void {
  const { exchange, services } = response.call;
  try {
    const whole = wholeOf(body);
    if (whole !== null && !exchange.aborted) response.sendWhole(whole);
    if (whole === null) return sendParts(response, body, services);
  } catch (error) {
    response.fail(error);
  }
  closeBody(body, services);
  response.errors.flush();
}

/** A body that is one part: then its size is known (PEP 3333, "Handling the Content-Length Header"). Null: it is not. */
function wholeOf(body: unknown): WsgiPart | null {
  if (Array.isArray(body)) {
    if (body.length > 1) return null;
    return body.length === 0 ? "" : checkPart(body[0]);
  }
  // Both are iterable: the characters of a string one by one are what PEP 3333 warns of, and bytes would be numbers.
  return typeof body === "string" || body instanceof Uint8Array ? body : null;
}

function sendParts(response: WsgiResponse, body: unknown, services: BridgeServices): void {
  const source = BodySource.of(body, services);
  if (source === null) {
    response.fail(new TypeError(describeWrongBody(body)));
    response.errors.flush();
    return;
  }
  const { call } = response;
  if (call.exchange.aborted) {
    source.close();
    response.errors.flush();
    return;
  }
  // Registered before the first part: an application that waits for ever must hear of a client that does not.
  const forget = call.onLeave("gone", () => source.close());
  pump(response, source, Array.isArray(body) ? body : null).catch((error: unknown) => response.fail(error)).finally(() => {
    forget();
    source.close();
    response.errors.flush();
  });
}

/** `parts`: all of them, where they are known. */
async function pump(response: WsgiResponse, source: BodySource, parts: readonly unknown[] | null): Promise<void> {
  const { exchange } = response.call;
  if (parts !== null) response.beginMeasured(sizeOf(parts.map(checkPart)));
  // The first part of a generator waits for the second, which is there at once: a single one gets a Content-Length.
  let mayHold = source.isSynchronous && parts === null;
  let held: WsgiPart | null = null;
  for (;;) {
    const next = source.next();
    let step;
    try {
      step = isThenable(next) ? await next : next;
    } catch (error) {
      source.answered(true);
      throw error;
    }
    source.answered(step.done === true);
    if (exchange.aborted) return;
    if (step.done === true) break;
    const part = checkPart(step.value);
    response.commit();
    if (mayHold && response.takesContent) {
      mayHold = false;
      held = part;
      continue;
    }
    let isWritable = true;
    if (held !== null) isWritable = response.send(held);
    held = null;
    isWritable = response.send(part) && isWritable;
    // To read on would be without end where the source is.
    if (response.isFull || !response.takesContent) break;
    if (!isWritable) await exchange.drained();
    if (exchange.aborted) return;
  }
  if (held === null) response.end();
  else response.sendWhole(held);
}

function describeWrongBody(body: unknown): string {
  const wanted = "The application must return an iterable of Uint8Array or strings";
  if (body instanceof Response) return `${wanted}; it returned a Response, as those of \`--interface fetch\` do`;
  if (body === undefined) return `${wanted}, if only an empty array; it returned undefined: is a \`return\` missing?`;
  if (body instanceof Blob) return `${wanted}; it returned a Blob: give it to environ["wsgi.file_wrapper"]`;
  return `${wanted}; it returned ${body === null ? "null" : `a ${typeof body} that is none`}`;
}
