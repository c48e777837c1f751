/**
 * Which of a program's listen calls is served: the first. Every worker runs the program, so a second address could only be had by one of them.
 *
 * @module
 */
import type { ProgramAddress, ProgramListener, ProgramServer, SocketAddress } from "../../../src/runtime/port.ts";
import { ProgramEnd } from "./program-end.ts";

/** Told of listen calls by what replaced them. */
export class Takeover {
  readonly end: ProgramEnd = new ProgramEnd();
  readonly #listener: ProgramListener;
  readonly #warned = new Set<string>();
  #first: ProgramServer | null = null;
  #addresses: readonly SocketAddress[] = [];
  #isNative = false;

  constructor(listener: ProgramListener) {
    this.#listener = listener;
  }

  /** Whether a call was taken over. */
  get isTaken(): boolean {
    return this.#first !== null;
  }

  /** Serves the server of the first call. False: it is another one, which is not served. */
  offer(server: ProgramServer): boolean {
    if (this.#first !== null) {
      if (!this.#isSame(server.asked)) this.warn(otherLine(server.asked));
      return false;
    }
    this.#first = {
      asked: server.asked,
      serve: (bridges) => {
        this.#addresses = bridges.host.addresses;
        return server.serve(bridges);
      },
    };
    this.#listener.listened(this.#first);
    return true;
  }

  /** Whether a server is being opened by the runtime itself; Bun's `node:http` calls `Bun.serve` then. */
  get isNative(): boolean {
    return this.#isNative;
  }

  /** Lets the runtime open a server. */
  natively<T>(open: () => T): T {
    this.#isNative = true;
    try {
      return open();
    } finally {
      this.#isNative = false;
    }
  }

  /** Gives the error to throw where the program goes on. */
  refuse(reason: string): Error {
    this.#listener.refused(reason);
    return new Error(`tsgunicorn: ${reason}`);
  }

  warn(text: string): void {
    if (this.#warned.has(text)) return;
    this.#warned.add(text);
    this.#listener.warned(text);
  }

  /** The program closes the server that is served. Where nothing drains, it may have meant to listen with another one. */
  closing(): void {
    if (!this.end.isDraining && !this.end.isOver) this.warn(CLOSED_LINE);
  }

  /** Where a server says that it listens: at the first of ours, for the first; where it asked to, for others, and where nothing is served. */
  shownAddress(asked: ProgramAddress | null, isFirst: boolean): SocketAddress {
    const [own] = isFirst || this.#isSame(asked) ? this.#addresses : [];
    if (own !== undefined) return own;
    if (asked?.kind === "unix") return asked;
    const host = asked?.host ?? "0.0.0.0";
    return { kind: "tcp", family: host.includes(":") ? 6 : 4, host, port: asked?.port ?? 0 };
  }

  /** Some frameworks listen on each address of "localhost", the second time on the port that the first server shows. */
  #isSame(asked: ProgramAddress | null): boolean {
    const first = this.#first?.asked;
    if (asked?.kind !== "tcp") return false;
    if (first?.kind === "tcp" && first.port === asked.port) return true;
    return this.#addresses.some((address) => address.kind === "tcp" && address.port === asked.port);
  }
}

const CLOSED_LINE =
  "The program closed the server that is served. It is served on, and hears of its end when its worker leaves. " +
  "A server that only looks for a free port must not be the first that listens";

function otherLine(asked: ProgramAddress | null): string {
  const where = asked === null ? "a descriptor" : asked.kind === "unix" ? `"${asked.path}"` : `port ${asked.port}`;
  return `The program also listens on ${where}, which is not served: every worker runs the program, and only one could have it. ` +
    "Serve that under a path of the first server, or start it as a program of its own";
}
