import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readListenCall } from "../../../runtimes/shared/script/listen-arguments.ts";

const tcp = (port: number, host: string | null = null): object => ({ kind: "tcp", host, port });
const callback = (): void => {};

describe("what a call of server.listen asks for", () => {
  const cases: readonly (readonly [args: readonly unknown[], asked: object | null])[] = [
    [[], tcp(0)],
    [[3000], tcp(3000)],
    [["3000"], tcp(3000)],
    [[3000, "localhost"], tcp(3000, "localhost")],
    [[3000, "::1", 511], tcp(3000, "::1")],
    [[3000, 511], tcp(3000)],
    [[undefined], tcp(0)],
    [[null, "127.0.0.1"], tcp(0, "127.0.0.1")],
    [["/run/app.sock"], { kind: "unix", path: "/run/app.sock" }],
    [[{ port: 3000, host: "0.0.0.0", exclusive: true }], tcp(3000, "0.0.0.0")],
    [[{ port: "3000" }], tcp(3000)],
    [[{ port: undefined }], tcp(0)],
    [[{ path: "app.sock" }], { kind: "unix", path: "app.sock" }],
    [[{ port: 3000, path: "app.sock" }], tcp(3000)],
    [[{ fd: 3 }], null],
    [[{ _handle: {} }], null],
  ];
  for (const [args, asked] of cases) {
    it(`listen(${args.map((value) => JSON.stringify(value)).join(", ")})`, () => {
      assert.deepEqual(readListenCall(args), { asked, callback: null, signal: null });
      assert.equal(readListenCall([...args, callback]).callback, callback);
      assert.deepEqual(readListenCall([...args, callback]).asked, asked);
    });
  }

  it("a signal that is to end the server", () => {
    const { signal } = new AbortController();
    assert.equal(readListenCall([{ port: 1, signal }]).signal, signal);
  });

  for (
    const [value, code] of [[65_536, "ERR_SOCKET_BAD_PORT"], [-1, "ERR_SOCKET_BAD_PORT"], [1.5, "ERR_SOCKET_BAD_PORT"], [
      true,
      "ERR_INVALID_ARG_VALUE",
    ]]
  ) {
    it(`throws for ${value} as Node does`, () => {
      assert.throws(() => readListenCall([value]), { code });
    });
  }

  it("throws for options without an address", () => {
    assert.throws(() => readListenCall([{ host: "localhost" }]), { code: "ERR_INVALID_ARG_VALUE" });
  });
});
