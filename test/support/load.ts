/**
 * Clients that hammer a server until they are told to stop, and count what failed.
 *
 * @module
 */
import { Client, type Target } from "./client.ts";

export interface LoadResult {
  readonly answered: number;
  /** One text for each request that got no whole answer, or another status than 200. */
  readonly failures: readonly string[];
  /** Bodies seen, with how often. */
  readonly bodies: ReadonlyMap<string, number>;
}

export interface Load {
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
}

/** A request counts as failed when its connection breaks before its answer is whole. */
export function startLoad(target: Target, { clients, path, keepAlive }: LoadOptions): Load {
  let stopping = false;
  let answered = 0;
  const failures: string[] = [];
  const bodies = new Map<string, number>();
  let waiters: { readonly at: number; readonly resolve: () => void }[] = [];
  const request = `GET ${path} HTTP/1.1\r\nHost: load\r\n${keepAlive ? "" : "Connection: close\r\n"}\r\n`;

  const loop = async (): Promise<void> => {
    let client: Client | null = null;
    while (!stopping) {
      try {
        client ??= await Client.connect(target);
        client.send(request);
        const { status, head, body } = await client.answer();
        if (status !== 200) failures.push(`status ${status}`);
        bodies.set(body, (bodies.get(body) ?? 0) + 1);
        answered++;
        if (!keepAlive || /^connection: close/im.test(head)) {
          client.close();
          client = null;
        }
      } catch (error) {
        failures.push(String(error));
        client?.close();
        client = null;
        if (failures.length > 1_000) stopping = true;
      }
      const due = waiters.filter(({ at }) => answered + failures.length >= at);
      waiters = waiters.filter((waiter) => !due.includes(waiter));
      for (const { resolve } of due) resolve();
    }
    client?.close();
  };
  const loops = Array.from({ length: clients }, loop);
  return {
    answers: (count) => new Promise((resolve) => waiters.push({ at: answered + failures.length + count, resolve })),
    async stop() {
      stopping = true;
      await Promise.all(loops);
      return { answered, failures, bodies };
    },
  };
}
