import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import type { FileLike, WsgiEnviron, WsgiInput } from "../../../../src/app/wsgi/types.ts";
import { FakeBody, FakeExchange } from "../fake-exchange.ts";
import { ask, environOf, settle } from "./bridge.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("wsgi.input", () => {
  /** The input of a request whose content comes in these parts. */
  async function inputOf(parts: readonly string[], failure: Error | null = null): Promise<WsgiInput> {
    const exchange = new FakeExchange({ method: "POST" }, new FakeBody(parts, failure));
    return (await environOf(exchange))["wsgi.input"];
  }

  it("reads all, however it comes", async () => {
    for (const parts of [["abc"], ["a", "b", "c"], [..."x".repeat(5_000)]]) {
      for (const size of [undefined, null, -1, 1_000_000]) {
        const input = await inputOf(parts);
        assert.equal(text(await input.read(size)), parts.join(""));
        assert.equal((await input.read()).byteLength, 0);
      }
    }
  });

  it("reads as much as is asked for, across parts", async () => {
    const input = await inputOf(["abcde", "f", "ghij"]);
    assert.equal(text(await input.read(2)), "ab");
    assert.equal((await input.read(0)).byteLength, 0);
    assert.equal(text(await input.read(6)), "cdefgh");
    assert.equal(text(await input.read(6)), "ij");
    assert.equal(text(await input.read(6)), "");
  });

  it("reads lines with their ends, across parts and up to a limit", async () => {
    const input = await inputOf(["on", "e\ntwo\n", "\nthree is long\nlast"]);
    assert.equal(text(await input.readline()), "one\n");
    assert.equal(text(await input.readline(4)), "two\n");
    assert.equal(text(await input.readline(0)), "");
    assert.equal(text(await input.readline()), "\n");
    assert.equal(text(await input.readline(5)), "three");
    assert.equal(text(await input.read(3)), " is");
    assert.equal(text(await input.readline()), " long\n");
    assert.equal(text(await input.readline()), "last");
    assert.equal(text(await input.readline()), "");
  });

  it("gives lines as a list and by iteration", async () => {
    assert.deepEqual((await (await inputOf(["a\nb\n", "c"])).readlines()).map(text), ["a\n", "b\n", "c"]);
    const input = await inputOf(["a\nb\nc\nd\ne"]);
    assert.deepEqual((await input.readlines(3)).map(text), ["a\n", "b\n"]);
    const lines: string[] = [];
    for await (const line of input) lines.push(text(line));
    assert.deepEqual(lines, ["c\n", "d\n", "e"]);
    assert.deepEqual((await (await inputOf(["a\nb"])).readlines(0)).map(text), ["a\n", "b"]);
  });

  it("gives copies, which may be kept and changed", async () => {
    const part = new TextEncoder().encode("abcd");
    const exchange = new FakeExchange({ method: "POST" }, new FakeBody([part]));
    const input = (await environOf(exchange))["wsgi.input"];
    (await input.read(2)).fill(0);
    assert.equal(text(part), "abcd");
    assert.equal((await input.read(1)).buffer.byteLength, 1);
  });

  it("is empty where the request has no content", async () => {
    const input = (await environOf(new FakeExchange()))["wsgi.input"];
    assert.equal((await input.read()).byteLength, 0);
    assert.deepEqual([(await input.readline()).byteLength, await input.readlines()], [0, []]);
    for await (const _ of input) assert.fail("a line");
  });

  it("rejects with the request, and fails it", async () => {
    const broken = new Error("The connection ended inside the content");
    await assert.rejects((await inputOf(["a"], broken)).read(), broken);
    const body = new FakeBody(["a"], broken);
    const exchange = await ask(async (environ, startResponse) => {
      startResponse("200 OK", []);
      return [await environ["wsgi.input"].read()];
    }, new FakeExchange({ method: "POST" }, body));
    assert.equal(exchange.failure, broken);
  });

  it("refuses two reads at once, and sizes that are none", async () => {
    const input = await inputOf(["abc"]);
    const first = input.read();
    await assert.rejects(input.readline(), /Another read of wsgi\.input is not over yet/);
    assert.equal(text(await first), "abc");
    await assert.rejects(input.read(1.5), { name: "TypeError", message: "wsgi.input takes a whole number of bytes, not 1.5" });
  });
});

describe("wsgi.errors", () => {
  /** What the log has after the application has used it and ended. */
  async function loggedBy(use: (errors: WsgiEnviron["wsgi.errors"]) => void): Promise<readonly string[]> {
    const exchange = await ask((environ, startResponse) => {
      use(environ["wsgi.errors"]);
      startResponse("200 OK", []);
      return [];
    });
    return exchange.logged;
  }

  it("logs up to the last complete line, and the rest when it is flushed or the request ends", async () => {
    assert.deepEqual(await loggedBy((errors) => errors.write("a\n")), ["error: a"]);
    assert.deepEqual(await loggedBy((errors) => errors.writelines(["a", "b\nc", "\nd\n", "\n"])), [
      "error: ab",
      "error: c\nd",
    ]);
    assert.deepEqual(await loggedBy((errors) => errors.write("a")), ["error: a"]);
    assert.deepEqual(
      await loggedBy((errors) => {
        errors.write("a");
        errors.flush();
        errors.flush();
        errors.write("b");
      }),
      ["error: a", "error: b"],
    );
  });

  it("does not keep more than a bounded line", async () => {
    const logged = await loggedBy((errors) => {
      for (let i = 0; i < 5; i++) errors.write("x".repeat(10_000));
    });
    assert.deepEqual(logged.map((line) => line.length), [20_007, 20_007, 10_007]);
  });

  it("logs what was written before the application failed", async () => {
    const exchange = await ask((environ) => {
      environ["wsgi.errors"].write("why");
      throw new Error("broken");
    });
    assert.deepEqual(exchange.logged, ["error: why"]);
    assert.equal(exchange.failed, true);
  });

  it("takes text only", async () => {
    await loggedBy((errors) =>
      assert.throws(() => errors.write(1 as never), { message: "wsgi.errors takes strings, not number" })
    );
  });
});

describe("wsgi.file_wrapper", () => {
  const HERE = new URL(import.meta.url);

  async function send(make: () => FileLike | Promise<FileLike>, blockBytes?: number): Promise<string> {
    const exchange = await ask(async (environ, startResponse) => {
      startResponse("200 OK", []);
      return environ["wsgi.file_wrapper"](await make(), blockBytes);
    });
    assert.deepEqual([exchange.failure, exchange.errors, exchange.application.pendingCount], [undefined, [], 0]);
    return exchange.text;
  }

  it("reads files as PEP 3333 has them in blocks, and closes them", async () => {
    for (const isAsync of [false, true]) {
      const events: unknown[] = [];
      let rest = "abcdefgh";
      const file = {
        read: (sizeBytes: number) => {
          events.push(sizeBytes);
          const block = rest.slice(0, sizeBytes);
          rest = rest.slice(sizeBytes);
          return isAsync ? Promise.resolve(block) : block;
        },
        close: () => void events.push("close"),
      };
      assert.equal(await send(() => file, 5), "abcdefgh");
      assert.deepEqual(events, [5, 5, 5, "close"]);
    }
    assert.equal(await send(() => ({ read: () => null })), "");
  });

  it("reads what the runtimes call a file", async () => {
    const content = await readFile(HERE, "utf8");
    const handle = await open(HERE);
    assert.equal(await send(() => createReadStream(HERE)), content);
    assert.equal(await send(() => handle, 1_000), content);
    assert.equal(await send(() => new Blob([content])), content);
    assert.equal(await send(() => new Blob([content]).stream()), content);
    let closes = 0;
    const denoFile = { readable: new Blob([content]).stream(), close: () => void closes++ };
    assert.equal(await send(() => denoFile), content);
    // Its stream closes it, and a second close throws.
    assert.equal(closes, 0);
  });

  it("closes a file that was not read", async () => {
    let closes = 0;
    const exchange = await ask((environ) =>
      environ["wsgi.file_wrapper"]({ read: () => null, close: () => void closes++ } as FileLike)
    );
    await settle();
    assert.match(String(exchange.failure), /was not called/);
    assert.equal(closes, 1);
  });

  it("says what it cannot read", async () => {
    const wrapper = (await environOf(new FakeExchange()))["wsgi.file_wrapper"];
    for (const file of [null, "path", 3, {}]) assert.throws(() => wrapper(file as never), /takes an open file, a stream, a Blob/);
    for (const size of [0, -1, 1.5]) assert.throws(() => wrapper({ read: () => null }, size), { name: "RangeError" });
  });
});

describe("tsgunicorn.context", () => {
  it("aborts its signal when the client leaves", async () => {
    const exchange = new FakeExchange();
    const aborted = Promise.withResolvers<string>();
    void ask(async (environ, startResponse) => {
      const { signal } = environ["tsgunicorn.context"];
      signal.addEventListener("abort", () => aborted.resolve(String(signal.reason)));
      startResponse("200 OK", []);
      exchange.leave();
      return [];
    }, exchange);
    assert.match(await aborted.promise, /^AbortError: The client left/);
  });

  it("keeps the worker for work after the response", async () => {
    const work = Promise.withResolvers<void>();
    const exchange = await ask((environ, startResponse) => {
      environ["tsgunicorn.context"].waitUntil(work.promise);
      startResponse("200 OK", []);
      return [];
    });
    assert.equal(exchange.application.pendingCount, 1);
    work.reject(new Error("broken"));
    await exchange.application.settled();
    assert.deepEqual(exchange.errors.map(({ during }) => during), ["waitUntil"]);
  });
});
