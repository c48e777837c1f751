/**
 * A server of fetch handlers (`Deno.serve`, `Bun.serve`) behind the fetch bridge.
 *
 * @module
 */
import type { ProgramBridges, ProgramHandler } from "../../../src/runtime/port.ts";
import type { Takeover } from "./takeover.ts";

type Served = ReturnType<ProgramBridges["fetch"]>;

/** The bridge before `handler`, whose end is the program's. */
export function serveFetch({ host, fetch }: ProgramBridges, takeover: Takeover, handler: ProgramHandler): Served {
  const bridge = fetch(handler);
  return {
    // As it is: nothing may come between a request and its bridge.
    handle: bridge.handle,
    get pendingCount(): number {
      return bridge.pendingCount;
    },
    settled: () => bridge.settled(),
    drain(): void {
      takeover.end.draining();
      bridge.drain();
    },
    async close(): Promise<void> {
      await bridge.close();
      await takeover.end.finish((error) => host.onError(error, "the program's own end"));
    },
  };
}

/** Whether it can be called. With which arguments, and what it gives, only the program knows. */
export function isFunction<A extends readonly unknown[], R>(value: unknown): value is (...args: A) => R {
  return typeof value === "function";
}
