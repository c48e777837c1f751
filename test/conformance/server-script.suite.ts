import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Client, get } from "../support/client.ts";
import { inFolder } from "../support/folder.ts";
import { ROOT, type RunningServer, runToEnd, withServer } from "../support/server.ts";

const LIMIT = { timeout: 120_000 };
const OWN = process.versions["bun"] ? "bun" : process.versions["deno"] ? "deno" : "node";
const PROGRAMS = fileURLToPath(new URL("../fixtures/script/", import.meta.url));
const HERE = ["-b", "127.0.0.1:0"] as const;

/** Programs that listen by themselves. */
export function scriptSuite(): void {
  describe("--interface script", () => {
    for (const [file, by] of [["express.cjs", "express"], ["fastify.mjs", "fastify"], ["koa.mjs", "koa"]] as const) {
      it(`serves ${by} on the addresses of bind`, LIMIT, async () => {
        await withProgram(file, HERE, async (server) => {
          const answer = JSON.parse((await get({ port: await server.port() })).body);
          assert.equal(answer.by, by);
          const port = await server.port();
          const line = await server.line(/asks for port 3000/);
          assert.ok(line.endsWith(`'${file}' asks for port 3000; it is served on 127.0.0.1:${port} instead`));
          assert.equal(server.count(/WARNING/), 0);
        });
      });
    }

    it("the program is the main module, and sees its own arguments and our address", LIMIT, async () => {
      await withProgram("./graceful", [...HERE, "-w", "2"], async (server) => {
        const port = await server.port();
        const seen = JSON.parse((await get({ port }, "/x")).body);
        assert.deepEqual(seen.argv, [join(PROGRAMS, "graceful.mjs")]);
        // Node has it since 24.
        if (seen.main !== null) assert.equal(seen.main, true);
        assert.deepEqual(seen.address, { address: "127.0.0.1", family: "IPv4", port });
        assert.equal(server.count(/asks for/), 0);
      });
    });

    it(
      "where it listens is bind when nothing else is, also after HUP; its shutdown code hears of the end of the drain",
      LIMIT,
      async () => {
        await inFolder(async (folder) => {
          const path = join(folder, "app.sock");
          await withProgram("graceful.mjs", [], async (server) => {
            const line = await server.line(/as bind$/);
            assert.ok(line.endsWith(`Using unix:${path}, where 'graceful.mjs' listens, as bind`));
            await server.until(() => server.stdout.includes("program listens true") || undefined, "the program");
            assert.deepEqual(JSON.parse((await get({ path })).body).address, path);
            server.signal("SIGHUP");
            await server.line(/Reload complete: generation 2/);
            await server.until(() => server.stdout.includes("program ends") || undefined, "the end of the old worker");
            const client = await Client.connect({ path });
            client.send("GET /held HTTP/1.1\r\nHost: test\r\n\r\n");
            await client.flushed();
            // Answered by the same worker, so that the held request has been read.
            assert.equal((await get({ path })).status, 200);
            server.signal("SIGTERM");
            assert.equal((await client.answer()).body, "was held");
            client.close();
            assert.deepEqual(await server.stop(), { code: 0, signal: null });
            const told = server.stdout.split("\n").filter((text) => text.startsWith("program "));
            const round = ["program stops", "program closed", "program ends"];
            assert.deepEqual(told.filter((text) => text !== "program listens true"), [...round, ...round]);
          }, { LISTEN: path });
        });
      },
    );

    it("a port that it leaves to the kernel is left to the kernel", LIMIT, async () => {
      await withProgram("graceful.mjs", [], async (server) => {
        const port = await server.port();
        assert.match(await server.line(/as bind$/), /Using 127\.0\.0\.1:0, where/);
        assert.equal(JSON.parse((await get({ port })).body).address.port, port);
      });
    });

    it(
      "serves the first server, leaves one on a port of its own to the program, and says that another is not served",
      LIMIT,
      async () => {
        await withProgram("double.mjs", HERE, async (server) => {
          assert.equal((await get({ port: await server.port() })).body, "first");
          assert.match(await server.line(/\[WARNING\]/), /also listens on port 9090, which is not served/);
          for (const told of ["metrics closed", "inner answers inner"]) {
            await server.until(() => server.stdout.includes(told) || undefined, told);
          }
        });
      },
    );

    it(`the example for ${OWN} says hello, and closes at the end`, LIMIT, async () => {
      await withServer(["--interface", "script", ...HERE, `${ROOT}examples/script-${OWN}.js`], async (server) => {
        assert.match((await get({ port: await server.port() })).body, /^Hello .*from process \d+\n$/);
        await server.until(() => server.stdout.includes("Listening at") || undefined, "the program");
        await server.stop();
        assert.match(server.stdout, /^Closed$/m);
      });
    });

    if (OWN === "deno") denoCases();
    if (OWN === "bun") bunCases();
    failureCases();
  });
}

function denoCases(): void {
  it("serves Deno.serve, whose shutdown ends with the drain", LIMIT, async () => {
    await withProgram("deno.mjs", HERE, async (server) => {
      const port = await server.port();
      assert.deepEqual(JSON.parse((await get({ port })).body), { by: "deno", from: "127.0.0.1", args: [] });
      assert.deepEqual((await get({ port }, "/fails")).body, "caught Error: on purpose");
      await server.until(() => server.stdout.includes(`program listens on ${port}\n`) || undefined, "onListen");
      assert.deepEqual(await server.stop(), { code: 0, signal: null });
      assert.match(server.stdout, /program ends/);
    });
  });
}

function bunCases(): void {
  it("serves Bun.serve with its routes, and its stop ends with the drain", LIMIT, async () => {
    await withProgram("bun.mjs", HERE, async (server) => {
      const port = await server.port();
      const seen = JSON.parse((await get({ port })).body);
      assert.deepEqual(seen, { by: "bun", main: true, same: true, ip: "127.0.0.1", port });
      assert.equal((await get({ port }, "/static")).body, "static");
      assert.equal((await get({ port }, "/static?again")).body, "static");
      const user = await get({ port }, "/users/a%20b");
      assert.equal(user.body, "a b");
      assert.match(user.head, /set-cookie: seen=a%20b/i);
      assert.equal(JSON.parse((await get({ port }, "/form")).body).by, "bun");
      const client = await Client.connect({ port });
      client.send("POST /form HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nbody");
      assert.equal((await client.answer()).body, "body");
      client.close();
      assert.equal((await get({ port }, "/fails")).body, "caught on purpose");
      assert.equal((await get({ port }, "/socket")).body, "upgraded false");
      assert.match(await server.line(/\[WARNING\]/), /server\.upgrade\(\), which needs Bun's own server/);
      assert.deepEqual(await server.stop(), { code: 0, signal: null });
      assert.match(server.stdout, /program ends/);
    });
  });

  it("serves a default export with fetch, as Bun does with its main module", LIMIT, async () => {
    await withProgram("bun-export.ts", HERE, async (server) => {
      assert.equal((await get({ port: await server.port() })).body, "exported");
    });
  });
}

function failureCases(): void {
  const cases: readonly (readonly [file: string, args: readonly string[], told: RegExp])[] = [
    ["throws.mjs", [], /Failed to load 'throws\.mjs': Error: no database \(.*throws\.mjs:1:\d+\)/],
    ["throws-later.mjs", [], /Failed to load 'throws-later\.mjs': Error: no database/],
    ["throws-behind.mjs", HERE, /Failed to load 'throws-behind\.mjs': Error: no database/],
    [
      "silent.mjs",
      ["--boot-timeout", "4"],
      /'silent\.mjs' does not listen after 2 s \(boot_timeout\)\n.*require\.main === module/,
    ],
    ["tls.mjs", [], /Cannot serve 'tls\.mjs': it serves TLS itself.* let a proxy/],
    ["forks.mjs", [], /Cannot serve 'forks\.mjs': it starts workers of its own \(cluster\.fork\).* --workers/],
  ];
  for (const [file, args, told] of cases) {
    it(`${file} with ${args.join(" ") || "no bind"} is a failed start that says why`, LIMIT, async () => {
      const run = await runToEnd(["--interface", "script", ...args, file], { cwd: PROGRAMS });
      assert.equal(run.code, 3, run.stderr);
      assert.match(run.stderr, told);
      assert.doesNotMatch(run.stderr, /Uncaught|Unhandled/);
    });
  }
}

function withProgram(
  file: string,
  args: readonly string[],
  test: (server: RunningServer) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  return withServer(["--interface", "script", ...args, file], test, { cwd: PROGRAMS, env });
}
