import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { get } from "../support/client.ts";
import { ROOT, withServer } from "../support/server.ts";

const LIMIT = { timeout: 60_000 };
const EXAMPLES = join(ROOT, "examples");

interface Example {
  readonly file: string;
  /** Instead of `app`. */
  readonly name?: string;
  readonly path: string;
  readonly body: RegExp;
  /** What it prints before its worker ends. */
  readonly prints?: RegExp;
}

const CASES: readonly Example[] = [
  { file: "hello.ts", path: "/", body: /^Hello from tsgunicorn!/ },
  { file: "streaming.ts", path: "/", body: /^GET \/clock ticks/ },
  { file: "hono.ts", path: "/hello/world", body: /^\{"hello":"world"\}$/ },
  { file: "elysia.ts", path: "/hello/world", body: /^\{"hello":"world"\}$/ },
  { file: "h3.ts", path: "/hello/world?loud=1", body: /"hello":\s*"WORLD"/ },
  { file: "express.mjs", path: "/hello/world", body: /^\{"hello":"world","from":"127\.0\.0\.1"\}$/ },
  { file: "koa.mjs", path: "/hello", body: /^\{"path":"\/hello","from":"127\.0\.0\.1"\}$/ },
  { file: "fastify.mjs", path: "/square/7", body: /^\{"square":49\}$/, prints: /Fastify has closed/ },
  { file: "nest.mjs", name: "createApp()", path: "/cats/7", body: /^\{"cat":7\}$/ },
];

describe("examples", () => {
  for (const { file, name = "app", path, body, prints } of CASES) {
    it(`${file} answers, as its first line says to start it`, LIMIT, async () => {
      const module = `examples/${file.replace(/\.\w+$/, "")}`;
      const text = readFileSync(join(EXAMPLES, file), "utf8");
      const first = text.slice(0, text.indexOf("\n"));
      assert.ok(first.startsWith("// Run it:  ") && first.includes(`${module}:${name}`), first);
      await withServer(["-b", "127.0.0.1:0", `${module}:${name}`], async (server) => {
        const answer = await get({ port: await server.port() }, path);
        assert.equal(answer.status, 200, answer.body);
        assert.match(answer.body, body);
        assert.deepEqual(await server.stop(), { code: 0, signal: null });
        if (prints !== undefined) assert.match(server.transcript(), prints);
        assert.equal(server.count(/\[(?:WARNING|ERROR)\]/), 0, server.transcript());
      }, { cwd: ROOT });
    });
  }

  it("are all listed in the folder's README, and no others are", () => {
    const files = readdirSync(EXAMPLES).filter((file) => /\.(?:ts|mjs|js)$/.test(file)).sort();
    const readme = readFileSync(join(EXAMPLES, "README.md"), "utf8");
    const listed = [...readme.matchAll(/^\| \[([^\]]+)\]\(([^)]+)\)/gm)].map(([, name, link]) => {
      assert.equal(name, link);
      return link;
    });
    assert.deepEqual(listed.sort(), files);
  });
});
