/**
 * Deno opens its inspector on SIGUSR1, also when the program handles the signal (trap 3, denoland/deno#35738). Whoever reaches its port
 * can run code in the server, so it is closed as soon as it is there.
 *
 * @module
 */
import { close, url } from "node:inspector";

const POLL_MS = 10;

/** It is opened by a thread of its own, a little after the signal. */
const GUARD_MS = 2000;

/** Watches for two seconds after every call. An inspector that is open at the call was wanted (`--inspect`) and is left alone. */
export function createInspectorGuard(): () => void {
  let leftMs = 0;
  let timer: ReturnType<typeof setInterval> | null = null;
  const poll = (): void => {
    if (url() !== undefined) close();
    leftMs -= POLL_MS;
    if (leftMs > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
  return () => {
    if (timer === null && url() !== undefined) return;
    leftMs = GUARD_MS;
    timer ??= setInterval(poll, POLL_MS).unref();
  };
}
