import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ForeignChildren } from "../../../src/arbiter/foreign-children.ts";
import type { ExitStatus } from "../../../src/runtime/port.ts";

/** Process 1, and what /proc says: pid to "state parent start". */
class Container {
  readonly processes = new Map<string, string>();
  readonly lines: string[] = [];
  readonly reaped: number[] = [];
  status: ExitStatus | null = { code: 0, signal: null };
  readonly children: ForeignChildren = new ForeignChildren({
    pid: 1,
    log: { log: (level, text) => void this.lines.push(`${level} ${text}`), isEnabled: () => true },
    system: {
      reap: (pid) => {
        this.reaped.push(pid);
        this.processes.delete(String(pid));
        return this.status;
      },
    },
    files: {
      list: () => ["cpuinfo", "self", ...this.processes.keys()],
      readText: (path) => {
        const [state = "", parent = "", start = ""] = this.processes.get(path.split("/")[2] ?? "")?.split(" ") ?? [];
        if (state === "") throw new Error("ENOENT");
        return `7 (a ) Z 1 (b) ${state} ${parent} ${Array.from({ length: 17 }, () => "0").join(" ")} ${start} 9 9\n`;
      },
    },
  });
}

describe("foreign children of process 1", () => {
  it("are reaped when they are zombies for two looks", () => {
    const container = new Container();
    container.processes.set("7", "Z 1 100");
    container.children.look();
    assert.deepEqual(container.reaped, []);
    container.children.look();
    assert.deepEqual(container.reaped, [7]);
    assert.deepEqual(container.lines, ["debug Reaped unknown child process (pid:7, status:0)"]);
    container.children.look();
    assert.deepEqual(container.reaped, [7]);
  });

  it("say how they ended", () => {
    const container = new Container();
    container.status = { code: null, signal: "SIGKILL" };
    container.processes.set("7", "Z 1 100");
    container.children.look();
    container.children.look();
    assert.deepEqual(container.lines, ["debug Reaped unknown child process (pid:7, status:SIGKILL)"]);
  });

  it("are left alone while they live, and when they are somebody else's", () => {
    const container = new Container();
    container.processes.set("7", "S 1 100");
    container.processes.set("8", "Z 7 100");
    for (let look = 0; look < 3; look++) container.children.look();
    assert.deepEqual(container.reaped, []);
  });

  it("are not mistaken for another process that has got the pid", () => {
    const container = new Container();
    container.processes.set("7", "Z 1 100");
    container.children.look();
    container.processes.set("7", "Z 1 200");
    container.children.look();
    assert.deepEqual(container.reaped, [], "a worker that has just ended is the runtime's to reap");
    container.children.look();
    assert.deepEqual(container.reaped, [7]);
  });
});
