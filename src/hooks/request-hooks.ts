/**
 * `pre_request` and `post_request`: stand before the application and behind the access log, which hears of every answer once. Made only
 * where one of them is set, so that other workers pay nothing.
 *
 * @module
 */
import type { Exchange } from "../app/application.ts";
import type { ServedApplication } from "../app/bridge.ts";
import { PendingWork } from "../app/call.ts";
import type { RequestHead } from "../http/events.ts";
import type { AccessLog, AccessRecord } from "../log/access.ts";
import { describeError, type Logger } from "../log/logger.ts";
import type { HookCaller, HookOutcome } from "./caller.ts";
import { HookedRequest } from "./hooked-request.ts";
import type { ServerHooks, WorkerHookContext } from "./types.ts";

export interface RequestHooksParts {
  readonly hooks: Pick<ServerHooks, "pre_request" | "post_request">;
  readonly worker: WorkerHookContext;
  readonly caller: HookCaller;
  readonly limitMs: number;
  readonly monotonicMs: () => number;
  readonly log: Logger;
}

/** What a worker serves with. */
export interface Served {
  readonly application: ServedApplication;
  readonly access: AccessLog | null;
}

/** With hooks around it: they hear of every answer, so there is always somebody who does. */
export interface HookedService extends Served {
  readonly access: AccessLog;
}

interface Started {
  readonly request: HookedRequest;
  readonly atMs: number;
}

/** Puts the hooks around an application and its access log. */
export function hookRequests(application: ServedApplication, access: AccessLog | null, parts: RequestHooksParts): HookedService {
  const { hooks, worker, caller, limitMs, monotonicMs, log } = parts;
  /** Requests without their answer, by head. Weak: one that is never recorded must not stay. */
  const started = new WeakMap<RequestHead, Started>();
  const pending = new PendingWork();

  function handle(exchange: Exchange): void {
    const request = new HookedRequest(exchange);
    started.set(exchange.head, { request, atMs: monotonicMs() });
    if (hooks.pre_request === undefined) return application.handle(exchange);
    const outcome = caller.attempt(limitMs, () => hooks.pre_request?.(worker, request));
    if (outcome instanceof Promise) void outcome.then((later) => proceed(exchange, later));
    else proceed(exchange, outcome);
  }

  function proceed(exchange: Exchange, outcome: HookOutcome): void {
    if (!outcome.ok) exchange.fail(new Error("Exception in pre_request hook", { cause: outcome.error }));
    // Who left meanwhile has been recorded, and wants no answer.
    else if (!exchange.aborted) application.handle(exchange);
  }

  function record(entry: AccessRecord): void {
    access?.record(entry);
    const start = started.get(entry.head);
    if (start === undefined || hooks.post_request === undefined) return;
    started.delete(entry.head);
    const { request } = start;
    // The socket may be gone when the hook asks.
    request.remember(entry.remoteAddress);
    const response = { status: entry.status, bodyBytes: entry.bodyBytes, durationMs: monotonicMs() - start.atMs };
    // In another turn: the answer is written at the end of this one. The worker waits for what is pending.
    const call = Promise.resolve().then(() =>
      caller.call("post_request", limitMs, () => hooks.post_request?.(worker, request, response))
    );
    pending.add(call, (error) => log.log("error", `Exception in post_request hook\n${describeError(error)}`));
  }

  return {
    access: { nowMs: access?.nowMs ?? null, record, flush: () => access?.flush() },
    application: {
      handle,
      get pendingCount(): number {
        return application.pendingCount + pending.count;
      },
      async settled(): Promise<void> {
        await Promise.all([application.settled(), pending.settled()]);
      },
      drain: () => application.drain(),
      close: () => application.close(),
    },
  };
}
