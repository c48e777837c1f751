/** @module Where connections come from. */
import type { TArray, TInteger, TString, TUnion } from "typebox";
import { count, declare } from "../declare.ts";
import type { Refusal } from "../errors.ts";
import type { Setting, TypeBuilder } from "../setting.ts";

/** Most addresses. Every worker inherits a descriptor per address and worker. */
const BIND_MAX_COUNT = 64;
const ADDRESS_MAX_CHARS = 1024;

/** Settings of the section "Server Socket". */
export interface ServerSocketSection {
  /** An address to listen on. */
  readonly bind: Setting<TArray<TString>, TUnion<[TString, TArray<TString>]>>;
  /** The number of connections that may wait to be accepted, per socket. */
  readonly backlog: Setting<TInteger>;
}

function addresses(type: TypeBuilder): TArray<TString> {
  return type.Array(address(type), { minItems: 1, maxItems: BIND_MAX_COUNT });
}

function address(type: TypeBuilder): TString {
  return type.String({ minLength: 1, maxLength: ADDRESS_MAX_CHARS });
}

/** Only a number: with an address in it, the error would be about another text than that of the variable. */
function portToAddress(port: string): string | Refusal {
  if (/^[0-9]+$/.test(port)) return `0.0.0.0:${port}`;
  return { message: "must be a number from 0 to 65535", hint: "use TSGUNICORN_BIND for an address", quotesValue: false };
}

/** The declarations. */
export const serverSocket: ServerSocketSection = {
  bind: declare({
    section: "Server Socket",
    kind: "list",
    schema: addresses,
    input: (type) => type.Union([address(type), addresses(type)]),
    default: ["127.0.0.1:8000"],
    flags: ["-b", "--bind"],
    shared: { name: "PORT", toText: portToAddress },
    metavar: "ADDRESS",
    description: "An address to listen on.",
    details: [
      "The flag may be repeated. Forms:",
      "",
      "- `HOST:PORT`, `HOST` (port 8000), `:PORT` (all IPv4 addresses), `tcp://HOST:PORT`",
      "- `[::1]:PORT`, `[::]:PORT` for IPv6",
      "- `unix:PATH` for a unix socket, `unix:@NAME` for an abstract one; a relative path is seen from `chdir`",
      "- `fd://N` for a descriptor that tsgunicorn inherited",
      "",
      "Port 0 lets the system choose. When only the variable `PORT` is set, the address is `0.0.0.0:$PORT`.",
      "",
      "A reload (HUP) may change it. Addresses that stay keep their sockets and whoever waits in them; new ones are bound before anything " +
      "else happens, and one that cannot be had refuses the reload; those that go are closed when nobody waits in them any more. Another " +
      "`fd://` needs a restart.",
    ].join("\n"),
    example: ["0.0.0.0:8000", "unix:run/app.sock"],
    since: "0.1.0",
    difference:
      "A bare number is an error that suggests `:8000` (gunicorn takes it for a host name), an empty address is an error (gunicorn: all " +
      "addresses), a port over 65535 is refused in words, `fd://` beside other addresses is an error (gunicorn ignores the others), and abstract unix sockets work.",
  }),
  backlog: count({
    section: "Server Socket",
    minimum: 1,
    maximum: 65_535,
    default: 2048,
    flags: ["--backlog"],
    description: "The number of connections that may wait to be accepted, per socket.",
    details: "The system may lower it (`net.core.somaxconn` on Linux). A reload changes it for open sockets too.",
    example: 4096,
    since: "0.1.0",
  }),
};
