import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BindError, type BindTarget, formatBind, parseBind } from "../../../src/config/bind.ts";

const tcp = (host: string, port: number): BindTarget => ({ kind: "tcp", host, port });
const unix = (path: string): BindTarget => ({ kind: "unix", path });

describe("parseBind reads", () => {
  const cases: readonly (readonly [string, BindTarget])[] = [
    ["127.0.0.1:8000", tcp("127.0.0.1", 8000)],
    ["localhost", tcp("localhost", 8000)],
    ["LocalHost:80", tcp("localhost", 80)],
    ["my_service.internal.:80", tcp("my_service.internal.", 80)],
    [":8000", tcp("0.0.0.0", 8000)],
    [":0", tcp("0.0.0.0", 0)],
    [":65535", tcp("0.0.0.0", 65_535)],
    ["tcp://127.0.0.1:80", tcp("127.0.0.1", 80)],
    ["TCP://[::1]:80", tcp("::1", 80)],
    ["[::1]:80", tcp("::1", 80)],
    ["[::]", tcp("::", 8000)],
    ["[0:0:0:0:0:0:0:1]:80", tcp("::1", 80)],
    ["[2001:DB8::A]:80", tcp("2001:db8::a", 80)],
    ["unix:run/app.sock", unix("run/app.sock")],
    ["unix:/run/app.sock", unix("/run/app.sock")],
    ["unix:///run/app.sock", unix("/run/app.sock")],
    ["unix://x", unix("x")],
    ["unix:@app", unix("@app")],
    ["unix:a:b c", unix("a:b c")],
    ["fd://3", { kind: "fd", fd: 3 }],
    ["  :80  ", tcp("0.0.0.0", 80)],
  ];
  for (const [text, expected] of cases) {
    it(JSON.stringify(text), () => assert.deepEqual(parseBind(text), expected));
    it(`${JSON.stringify(text)} again after formatBind`, () => assert.deepEqual(parseBind(formatBind(expected)), expected));
  }
});

describe("parseBind refuses", () => {
  const cases: readonly (readonly [text: string, message: string, hint: string | null])[] = [
    ["", "an address must not be empty", 'use ":8000" for all IPv4 addresses'],
    ["tcp://", "an address must not be empty", 'use ":8000" for all IPv4 addresses'],
    ["8000", '"8000" is neither a host nor a port', 'use ":8000" for a port'],
    ["::1", '"::1" has more than one colon', 'use "[::1]:8000"'],
    ["a:b:c", '"a:b:c" has more than one colon', "use HOST:PORT"],
    ["host:", "the port behind the colon is missing", "use a number from 0 to 65535"],
    ["host:-1", '"-1" is not a port number', "use a number from 0 to 65535"],
    ["host:0x50", '"0x50" is not a port number', "use a number from 0 to 65535"],
    [":65536", "port 65536 is too high", "use a number from 0 to 65535"],
    [`:${"9".repeat(400)}`, `port ${"9".repeat(400)} is too high`, "use a number from 0 to 65535"],
    ["http://x:80", '"http://" is not a kind of address', 'use "tcp://", "unix:" or "fd://", or no scheme'],
    ["*:80", '"*" is not a host', 'use ":8000" for all IPv4 addresses, "[::]:8000" for IPv6'],
    ["/run/app.sock", '"/run/app.sock" is not a host', 'use "unix:/run/app.sock" for a unix socket'],
    ["256.0.0.1:80", '"256.0.0.1" is not an IPv4 address', null],
    ["127.1:80", '"127.1" is not an IPv4 address', null],
    ["-x:80", '"-x" is not a host name', null],
    ["a b:80", '"a b" is not a host name', null],
    ["[]:80", '"[]:80" is not an IPv6 address', 'use "[::1]:8000"'],
    ["[::1", '"[::1" is not an IPv6 address', 'use "[::1]:8000"'],
    ["[::1]80", '"[::1]80" is not an IPv6 address', 'use "[::1]:8000"'],
    ["[fe80::1%eth0]:80", '"[fe80::1%eth0]:80" is not an IPv6 address', 'use "[::1]:8000"'],
    ["[127.0.0.1]:80", '"[127.0.0.1]:80" is not an IPv6 address', 'use "[::1]:8000"'],
    ["unix:", "a unix socket needs a path or a name", 'use "unix:run/app.sock" or "unix:@app"'],
    ["unix:@", "a unix socket needs a path or a name", 'use "unix:run/app.sock" or "unix:@app"'],
    ["unix:/run/", '"/run/" is a directory, not the path of a socket', null],
    ["unix:a\0b", "a path must not contain a NUL character", null],
    ["fd://x", '"x" is not a file descriptor', 'use a number, as in "fd://3"'],
    ["fd://-1", '"-1" is not a file descriptor', 'use a number, as in "fd://3"'],
    ["fd://9999999", '"9999999" is not a file descriptor', 'use a number, as in "fd://3"'],
  ];
  for (const [text, message, hint] of cases) {
    it(JSON.stringify(text.slice(0, 40)), () => {
      assert.throws(() => parseBind(text), (error: unknown) => {
        assert.ok(error instanceof BindError);
        assert.deepEqual([error.message, error.hint], [message, hint]);
        return true;
      });
    });
  }
});
