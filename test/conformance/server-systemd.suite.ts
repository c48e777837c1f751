import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { adapter } from "#runtime";
import { get } from "../support/client.ts";
import { inFolder } from "../support/folder.ts";
import { NotifySocket } from "../support/notify-socket.ts";
import { withServer } from "../support/server.ts";

const LIMIT = { timeout: 60_000 };

export function systemdSuite(): void {
  describe("under systemd", () => {
    for (const kind of ["a path", "an abstract name"] as const) {
      it(`tells how the service is, to ${kind}`, LIMIT, async () => {
        await inFolder(async (folder) => {
          const path = kind === "a path" ? join(folder, "notify") : `@tsgunicorn-test-${process.pid}-${performance.now()}`;
          const socket = new NotifySocket(path);
          try {
            await withServer(["-b", "127.0.0.1:0", "-w", "2", "plain:app"], async (server) => {
              await socket.until(/^READY=1\n/);
              await socket.until(/^(?:READY=1\n)?STATUS=2 of 2 workers ready$/);
              server.signal("SIGHUP");
              assert.match(await socket.until(/^RELOADING=1\n/), /^RELOADING=1\nMONOTONIC_USEC=\d+\nSTATUS=Reloading/);
              await server.line(/Reload complete/);
              await socket.until(/^WATCHDOG=1$/);
              await server.stop();
              await socket.until(/^STOPPING=1\n/);
              assert.equal(socket.messages.filter((message) => message.startsWith("READY=1")).length, 2);
            }, { env: { NOTIFY_SOCKET: path, WATCHDOG_USEC: "2000000" } });
          } finally {
            socket.close();
          }
        });
      });
    }

    it("serves from the sockets of its unit, and hands their variables to nobody", LIMIT, async () => {
      const sockets = await adapter.sockets();
      const listener = sockets.bind({ kind: "tcp", family: 4, host: "127.0.0.1", port: 0 }, {
        siblings: false,
        unixUmask: 0,
        v6Only: false,
      });
      sockets.listen(listener, 16);
      await withServer(["-b", "192.0.2.1:1", "environment:app"], async (server) => {
        sockets.close(listener);
        assert.equal(listener.address.kind, "tcp");
        const port = await server.port();
        assert.equal(port, listener.address.kind === "tcp" ? listener.address.port : 0);
        const names = (await get({ port })).body.split("\n");
        assert.ok(names.includes("PATH"), names.join());
        assert.deepEqual(names.filter((name) => /^(?:LISTEN_|NOTIFY_|WATCHDOG_)/.test(name)), []);
      }, { fds: [listener.fd], env: { LISTEN_FDS: "1", LISTEN_FDNAMES: "http", NOTIFY_SOCKET: "/nowhere" }, listenPid: true });
    });

    it("leaves the sockets of its unit as they were: who comes between two servers waits for the second", LIMIT, async () => {
      const sockets = await adapter.sockets();
      const listener = sockets.bind({ kind: "tcp", family: 4, host: "127.0.0.1", port: 0 }, {
        siblings: false,
        unixUmask: 0,
        v6Only: false,
      });
      sockets.listen(listener, 16);
      const { address } = listener;
      assert.ok(address.kind === "tcp");
      const options = { fds: [listener.fd], env: { LISTEN_FDS: "1" }, listenPid: true };
      try {
        await withServer(["plain:app"], async (server) => {
          assert.equal((await get({ port: await server.port() })).status, 200);
          await server.stop();
        }, options);
        const between = get({ port: address.port });
        await withServer(["plain:app"], async () => {
          assert.equal((await between).status, 200);
        }, options);
      } finally {
        sockets.close(listener);
      }
    });
  });
}
