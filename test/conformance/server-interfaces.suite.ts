import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Client, get } from "../support/client.ts";
import { type RunningServer, runToEnd, withServer } from "../support/server.ts";

const LIMIT = { timeout: 60_000 };
const ANY = ["-b", "127.0.0.1:0", "--log-level", "debug"] as const;

async function answer(server: RunningServer, path = "/"): Promise<string> {
  return (await get({ port: await server.port() }, path)).body;
}

/** Loading by every form, choosing the interface, and what is said when there is nothing that could be served. */
export function interfacesSuite(): void {
  describe("an application", () => {
    const cases: readonly (readonly [name: string, args: readonly string[], body: string, line: RegExp | null])[] = [
      [
        "that a factory makes",
        ["interfaces:create('it\\'s', {\"key\": [1, -2.5, null, true]})"],
        '["it\'s",{"key":[1,-2.5,null,true]}]',
        /\[DEBUG\] Interface of 'interfaces:create\(.*\)' is fetch: it is an object with fetch$/,
      ],
      ["that is promised", ["interfaces:promised"], "promised", /is fetch: it is an object with fetch$/],
      [
        "of Express",
        ["interfaces:site"],
        "express http function",
        /Interface of 'interfaces:site' is node: it is an Express application$/,
      ],
      ["of the interface wsgi", ["--interface", "wsgi", "-w", "2", "interfaces:wsgi"], "wsgi GET true", null],
      ["of the interface node", ["--interface=node", "interfaces:listener"], "listener", null],
    ];
    for (const [name, args, body, line] of cases) {
      it(`${name} is served`, LIMIT, async () => {
        await withServer([...ANY, ...args], async (server) => {
          assert.equal(await answer(server), body);
          if (line !== null) await server.line(line);
          else assert.equal(server.count(/Interface of/), 0, "the interface was not guessed");
          assert.deepEqual(await server.stop(), { code: 0, signal: null });
          assert.equal(server.count(/\[ERROR\]/), 0);
        });
      });
    }

    it("of Fastify is got ready, and closed when its worker has answered all requests", LIMIT, async () => {
      await withServer([...ANY, "interfaces:createFastify()"], async (server) => {
        const port = await server.port();
        const pid = /^fastify (\d+)$/.exec(await answer(server))?.[1];
        await server.line(/is node: it is a Fastify instance$/);
        const client = await Client.connect({ port });
        client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
        // A worker that is replaced: what is under way is answered first.
        server.signal("SIGHUP");
        assert.equal((await client.answer()).body, "slow");
        await server.line(new RegExp(`^closed in ${pid}$`));
        assert.match(await answer(server), /^fastify \d+$/);
        assert.deepEqual(await server.stop(), { code: 0, signal: null });
        assert.equal(server.count(/^closed in /), 2);
        assert.equal(server.count(/\[ERROR\]/), 0);
      });
    });

    it("that never closes is left behind after graceful_timeout", LIMIT, async () => {
      await withServer([...ANY, "--graceful-timeout", "1", "interfaces:createStuck()"], async (server) => {
        assert.equal(await answer(server), "stuck");
        assert.deepEqual(await server.stop(), { code: 0, signal: null });
        assert.equal(server.count(/\[WARNING\] The application did not close within graceful_timeout$/), 1);
        assert.equal(server.count(/SIGKILL/), 0);
      });
    });

    it("of another interface than it was taken for is told so", LIMIT, async () => {
      await withServer([...ANY, "interfaces:listener"], async (server) => {
        assert.equal((await get({ port: await server.port() })).status, 500);
        await server.line(/It looks like a Node listener `\(req, res\)`: serve it with --interface node/);
      });
      await withServer([...ANY, "interfaces:create"], async (server) => {
        assert.equal((await get({ port: await server.port() })).status, 500);
        await server.line(/it returned an object with fetch\. It looks like a factory: name it with a call/);
      });
    });
  });

  describe("no application", () => {
    const boots: readonly (readonly [name: string, args: readonly string[], code: 3 | 4, says: readonly RegExp[]])[] = [
      ["a factory that throws", ["interfaces:failing()"], 3, [
        /Failed to load 'interfaces:failing\(\)': Error: no database \(.*interfaces\.mjs:\d+/,
      ]],
      ["a promise that is broken", ["refused"], 3, [/Failed to load 'refused': Error: no network \(/]],
      ["a framework that does not get ready", ["interfaces:createBroken()"], 3, [
        /Failed to load 'interfaces:createBroken\(\)': Error: the plugin broke \(.*interfaces\.mjs:\d+/,
      ]],
      ["another interface", ["--interface", "wsgi", "interfaces:site"], 4, [
        /Application object does not fit the interface 'wsgi'\.\n.*it is an Express application\n.*--interface node/,
      ]],
      ["arguments that are no literals", ["interfaces:create(name)"], 4, [
        /Failed to parse arguments as literal values: 'create\(name\)'\n.*'name' is no literal; text needs quotes/,
      ]],
      ["a name with a dot", ["interfaces:site.handle"], 4, [
        /Failed to parse 'site\.handle' as an attribute name or function call\./,
      ]],
    ];
    for (const [name, args, code, says] of boots) {
      it(`${name} ends with ${code} and a clear message`, LIMIT, async () => {
        const run = await runToEnd(["-b", "127.0.0.1:0", ...args]);
        assert.equal(run.code, code, `${run.stdout}\n${run.stderr}`);
        for (const pattern of says) assert.match(run.stderr, pattern);
        assert.match(run.stderr, code === 3 ? /Reason: Worker failed to boot\.$/ : /Reason: App failed to load\.$/);
        assert.doesNotMatch(run.stderr, /src\/(app|worker|arbiter|config|cli)\/|node:internal|ext:/, "a stack of ours is shown");
      });
    }

    it("is found by --check-config and by preload_app, before anything listens", LIMIT, async () => {
      const good = await runToEnd(["--check-config", "interfaces:createFastify()"]);
      assert.equal(good.code, 0, good.stderr);
      assert.match(good.stdout, /^OK: .* interfaces:createFastify\(\) \(node\) with /);
      const bad = await runToEnd(["--check-config", "interfaces:createBroken()"]);
      assert.equal(bad.code, 1);
      assert.match(bad.stderr, /Failed to load 'interfaces:createBroken\(\)': Error: the plugin broke/);
      const preloaded = await runToEnd(["-b", "127.0.0.1:0", "--preload", "interfaces:createBroken()"]);
      assert.equal(preloaded.code, 3);
      assert.match(preloaded.stderr, /the plugin broke/);
      assert.doesNotMatch(preloaded.stderr, /Listening at/);
    });
  });
}
