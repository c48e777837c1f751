import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { get } from "../support/client.ts";
import type { RunningServer } from "../support/server.ts";
import { run } from "./child.ts";
import { describeWith, programPath } from "./programs.ts";
import { Stage } from "./stage.ts";

const REQUESTS = 1_000;
const PIPELINED = 16;
const CONNECTIONS = 8;

/** What wrk counted, printed by its script. */
const REPORT = `
done = function(summary)
  local errors = summary.errors
  io.write(string.format("counted %d %d\\n", summary.requests,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
`;
const PIPELINE = `
init = function()
  local requests = {}
  for i = 1, ${PIPELINED} do requests[i] = wrk.format("GET", "/hit") end
  batch = table.concat(requests)
end
request = function() return batch end
${REPORT}`;
const POST = `
local number = 0
request = function()
  number = number + 1
  return wrk.format("POST", "/hit?" .. number, { ["X-Number"] = number }, string.rep("x", number % 1000))
end
${REPORT}`;

describeWith(["ab"], "ab", () => {
  let base = "";
  let server: RunningServer | null = null;
  const lines = (pattern: RegExp): number => server?.stdout.split("\n").filter((line) => pattern.test(line)).length ?? 0;
  const stage = new Stage(async (stage) => {
    server = await stage.server(["-b", "127.0.0.1:0", "--keep-alive", "30", "--access-logfile", "-"]);
    base = `http://127.0.0.1:${await server.port()}`;
    writeFileSync(stage.path("content"), "x".repeat(5_000));
  });
  for (
    const [title, args, keepAlive] of [
      ["a connection for each request", [], 0],
      ["kept connections", ["-k"], REQUESTS],
      ["HEAD on kept connections", ["-k", "-i"], REQUESTS],
      ["POST on kept connections", ["-k", "-p", "content"], REQUESTS],
    ] as const
  ) {
    stage.it(`${title}: none fails, each has its line in the access log`, async () => {
      const name = `/?ab${args.join("")}`;
      const files = args.map((arg) => arg === "content" ? stage.path("content") : arg);
      const { code, stdout, stderr } = await run(programPath("ab"), [
        "-q",
        "-n",
        `${REQUESTS}`,
        "-c",
        "16",
        ...files,
        base + name,
      ]);
      const text = stdout.toString();
      assert.equal(code, 0, stderr);
      assert.match(text, new RegExp(`^Complete requests: +${REQUESTS}$`, "m"));
      assert.match(text, /^Failed requests: +0$/m);
      assert.doesNotMatch(text, /^(Non-2xx responses|Write errors)/m);
      assert.equal(Number(/^Keep-Alive requests: +(\d+)$/m.exec(text)?.[1] ?? 0), keepAlive);
      const line = new RegExp(`"[A-Z]+ ${name.replace("?", "\\?")} HTTP/1\\.0" 200 `);
      await server?.until(() => lines(line) >= REQUESTS ? true : undefined, `${REQUESTS} lines like ${line}`);
      assert.equal(lines(line), REQUESTS);
    });
  }
});

describeWith(["wrk"], "wrk", () => {
  let port = 0;
  const stage = new Stage(async (stage) => {
    port = await (await stage.server(["-b", "127.0.0.1:0", "--keep-alive", "30"])).port();
    writeFileSync(stage.path("kept.lua"), REPORT);
    writeFileSync(stage.path("pipeline.lua"), PIPELINE);
    writeFileSync(stage.path("post.lua"), POST);
  });
  const hits = async (): Promise<number> => Number((await get({ port }, "/hits")).body);

  for (
    const [title, script, atOnce] of [["kept connections", "kept", 1], ["pipelining", "pipeline", PIPELINED], [
      "POST, no two alike",
      "post",
      1,
    ]] as const
  ) {
    stage.it(`${title}: no errors, and as many requests as the application saw`, async () => {
      const before = await hits();
      const args = ["-t", "1", "-c", `${CONNECTIONS}`, "-d", "1s", "-s", stage.path(`${script}.lua`)];
      const { code, stdout, stderr } = await run(programPath("wrk"), [...args, `http://127.0.0.1:${port}/hit`]);
      assert.equal(code, 0, stderr);
      const [, counted = 0, errors] = /^counted (\d+) (\d+)$/m.exec(stdout.toString())?.map(Number) ?? [];
      assert.equal(errors, 0, stdout.toString());
      assert.ok(counted > REQUESTS, `only ${counted} requests`);
      const served = await hits() - before;
      // What was under way when wrk stopped was served and not counted.
      const underWay = CONNECTIONS * atOnce;
      assert.ok(served >= counted && served <= counted + underWay, `wrk counted ${counted}, the application ${served}`);
    });
  }
});
