/**
 * How listeners get into a worker on Deno: under their own number. A listener in a stdio slot loses O_NONBLOCK, for every process that
 * shares it, until the new worker listens; workers that accept from it meanwhile block in accept(2) (trap 1).
 *
 * @module
 */
import type { DescriptorHandover } from "../shared/heartbeat.ts";
import type { Libc } from "../shared/libc.ts";
import { duplicateHigh, setInheritable } from "../shared/libc-calls.ts";
import type { ListenerPassing } from "../shared/spawn.ts";

/** Close-on-exec is off only while the process is started: spawn() has called exec(2) when it returns, so nothing else inherits them. */
export function passByNumber(loadLibc: () => Libc): ListenerPassing {
  return {
    slots: () => [],
    numbersInChild: (listenerFds) => listenerFds,
    during<T>(listenerFds: readonly number[], start: () => T): T {
      const libc = loadLibc();
      try {
        for (const fd of listenerFds) setInheritable(libc, fd, true);
        return start();
      } finally {
        for (const fd of listenerFds) setInheritable(libc, fd, false);
      }
    },
  };
}

/** Deno fills stdio slots one after the other and loses a descriptor whose number is a slot that comes first (trap 5). */
export function aboveTheSlots(loadLibc: () => Libc): DescriptorHandover {
  return {
    prepare: (fd) => duplicateHigh(loadLibc(), fd),
    release: (fd) => void loadLibc().call("close", fd),
  };
}
