/**
 * What a good client sees: the time from a request to the end of its answer.
 *
 * @module
 */
import { Client, get } from "../support/client.ts";

/** Milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  /** Of the one that took longest: one that waits for a place does not show in the others. */
  readonly max: number;
}

const REQUEST = "GET / HTTP/1.1\r\nHost: good\r\n\r\n";

/** Requests one after the other on one connection. */
export async function keptAliveLatency(port: number, requests: number): Promise<Latency> {
  const client = await Client.connect({ port });
  try {
    return await measure(requests, async () => {
      client.send(REQUEST);
      return (await client.answer()).status;
    });
  } finally {
    client.close();
  }
}

/** Requests one after the other, each on a connection of its own, the time to open it included. */
export function freshLatency(port: number, requests: number): Promise<Latency> {
  return measure(requests, async () => (await get({ port })).status);
}

async function measure(requests: number, request: () => Promise<number>): Promise<Latency> {
  const times: number[] = [];
  for (let index = 0; index < requests; index++) {
    const startedMs = performance.now();
    const status = await request();
    if (status !== 200) throw new Error(`A good client got ${status}`);
    times.push(performance.now() - startedMs);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
