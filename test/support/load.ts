/**
 * Clients that hammer a server until they are told to stop, and count what failed.
 *
 * @module
 */
import { Client, type Target } from "./client.ts";

/** The requests that ended in the course of one event. */
export interface EventCount {
  answered: number;
  failed: number;
  /** Of those that were answered, the time to open their connection included. */
  readonly latenciesMs: number[];
}

/** A request that got no whole answer, or another status than 200. */
export interface Failure {
  readonly text: string;
  /** The answer before this one on the same connection. */
  readonly previousBody: string | null;
}

export interface LoadResult {
  readonly answered: number;
  /** One text for each failed request. */
  readonly failures: readonly string[];
  readonly failed: readonly Failure[];
  /** Bodies seen, with how often. */
  readonly bodies: ReadonlyMap<string, number>;
  readonly events: ReadonlyMap<string, EventCount>;
}

export interface Load {
  /** How many connections got this body as their last answer. */
  held(body: string): number;
  /** Resolves after `count` more answers. */
  answers(count: number): Promise<void>;
  /** Ends after the requests that are under way. */
  stop(): Promise<LoadResult>;
}

export interface LoadOptions {
  readonly clients: number;
  readonly path: string;
  /** A new connection for every request, or one that is used until the server closes it after an answer. */
  readonly keepAlive: boolean;
  /** What is going on, under which a request is counted that ends now. */
  readonly event?: () => string;
  /** Between the end of a request and the next one of the same client. */
  readonly pauseMs?: number;
}

/** A client would have given up by then. */
const REQUEST_LIMIT_MS = 15_000;

/** A request counts as failed when its connection breaks before its answer is whole. */
export function startLoad(target: Target, { clients, path, keepAlive, event = () => "", pauseMs = 0 }: LoadOptions): Load {
  let stopping = false;
  let answered = 0;
  const failed: Failure[] = [];
  const bodies = new Map<string, number>();
  const events = new Map<string, EventCount>();
  const held = new Map<Client, string>();
  const waiting = new Map<Client, number>();
  const watch = setInterval(() => {
    for (const [client, startedMs] of waiting) {
      // Ends the wait for its answer.
      if (performance.now() - startedMs > REQUEST_LIMIT_MS) client.close();
    }
  }, 1_000);
  let waiters: { readonly at: number; readonly resolve: () => void }[] = [];
  const request = `GET ${path} HTTP/1.1\r\nHost: load\r\n${keepAlive ? "" : "Connection: close\r\n"}\r\n`;

  const loop = async (): Promise<void> => {
    let client: Client | null = null;
    const leave = (): void => {
      client?.close();
      if (client !== null) {
        held.delete(client);
        waiting.delete(client);
      }
      client = null;
    };
    while (!stopping) {
      const startedMs = performance.now();
      let previousBody: string | null = null;
      try {
        // Who sees in a pause that the server has closed opens another connection, as every client does.
        if (client !== null && (client.socket.readableEnded || client.socket.destroyed)) leave();
        client ??= await Client.connect(target);
        previousBody = held.get(client) ?? null;
        waiting.set(client, startedMs);
        client.send(request);
        const { status, head, body } = await client.answer();
        waiting.delete(client);
        if (status !== 200) failed.push({ text: `status ${status}`, previousBody });
        const count = countOf(event());
        if (status === 200) count.latenciesMs.push(performance.now() - startedMs);
        else count.failed++;
        count.answered++;
        bodies.set(body, (bodies.get(body) ?? 0) + 1);
        answered++;
        if (!keepAlive || /^connection: close/im.test(head)) leave();
        else held.set(client, body);
      } catch (error) {
        const text = performance.now() - startedMs > REQUEST_LIMIT_MS
          ? `no answer within ${REQUEST_LIMIT_MS / 1_000} s`
          : String(error);
        failed.push({ text, previousBody });
        countOf(event()).failed++;
        leave();
        if (failed.length > 1_000) stopping = true;
      }
      const due = waiters.filter(({ at }) => answered + failed.length >= at);
      if (due.length > 0) waiters = waiters.filter((waiter) => !due.includes(waiter));
      for (const { resolve } of due) resolve();
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    leave();
  };
  const countOf = (name: string): EventCount => {
    const known = events.get(name);
    if (known !== undefined) return known;
    const count: EventCount = { answered: 0, failed: 0, latenciesMs: [] };
    events.set(name, count);
    return count;
  };
  const loops = Array.from({ length: clients }, loop);
  return {
    held: (body) => [...held.values()].filter((each) => each === body).length,
    answers: (count) => new Promise((resolve) => waiters.push({ at: answered + failed.length + count, resolve })),
    async stop() {
      stopping = true;
      await Promise.all(loops);
      clearInterval(watch);
      return { answered, failures: failed.map(({ text }) => text), failed, bodies, events };
    },
  };
}
