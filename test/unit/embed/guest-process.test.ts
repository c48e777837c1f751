import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createGuestProcess } from "../../../src/embed/guest-process.ts";
import type { ProcessPort } from "../../../src/runtime/port.ts";

/** What was done to the real process. */
function stage() {
  const done: string[] = [];
  const handlers = new Map<string, () => void>();
  const act = (name: string) => (...args: unknown[]): void => void done.push(`${name} ${JSON.stringify(args)}`);
  const real = {
    pid: 7,
    env: { SECRET: "1" },
    cwd: () => "/here",
    kill: act("kill"),
    chdir: act("chdir"),
    exit: act("exit"),
    onUncaught: act("onUncaught"),
    setVariables: act("setVariables"),
    setUmask: act("setUmask"),
    setTitle: act("setTitle"),
    onSignal(signal: string, listener: () => void): () => void {
      handlers.set(signal, listener);
      return () => void handlers.delete(signal);
    },
  } as unknown as ProcessPort;
  return { done, handlers, guest: createGuestProcess(real, { PORT: "1" }) };
}

describe("The process of an arbiter inside a program", () => {
  it("is left as it is", () => {
    const { done, guest: { port } } = stage();
    port.chdir("/");
    port.setUmask(0);
    port.setTitle("x");
    port.setVariables({ A: "1" });
    port.onUncaught(() => {})();
    assert.throws(() => port.exit(1), /cannot end the process/);
    assert.deepEqual(done, []);
    assert.deepEqual([port.pid, port.cwd(), port.env], [7, "/here", { PORT: "1" }]);
    port.kill(9, "SIGTERM");
    assert.deepEqual(done, ['kill [9,"SIGTERM"]']);
  });

  it("hears the program's calls, and the system only where it is asked to", () => {
    const { handlers, guest } = stage();
    const heard: string[] = [];
    const undo = guest.port.onSignal("SIGHUP", () => heard.push("hup"));
    guest.port.onSignal("SIGTERM", () => heard.push("term"));
    assert.equal(handlers.size, 0);
    guest.raise("SIGHUP");
    guest.hearSystem();
    assert.deepEqual([...handlers.keys()].sort(), ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGTTIN", "SIGTTOU", "SIGUSR1"]);
    handlers.get("SIGTERM")?.();
    undo();
    guest.raise("SIGHUP");
    guest.close();
    assert.equal(handlers.size, 0);
    assert.deepEqual(heard, ["hup", "term"]);
  });

  it("keeps what is raised before the arbiter listens, once", async () => {
    const { guest } = stage();
    const heard: string[] = [];
    guest.raise("SIGTERM");
    guest.raise("SIGTERM");
    guest.port.onSignal("SIGTERM", () => heard.push("first"));
    guest.port.onSignal("SIGTERM", () => heard.push("second"));
    assert.deepEqual(heard, []);
    await Promise.resolve();
    assert.deepEqual(heard, ["first"]);
  });
});
