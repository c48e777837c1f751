/**
 * Slow clients: thousands of connections that take places and do nothing useful. A program of its own, so that what it costs is
 * not measured as latency: `node test/bench/attack.ts KIND PORT CONNECTIONS`. Prints what became of them as lines of JSON.
 *
 * @module
 */
import { connect, type Socket } from "node:net";
import process from "node:process";

/**
 * - `heads`: half a request head, and another byte of it each second
 * - `renewed heads`: the same, and a new connection for each that the server ends
 * - `bodies`: a request whose content comes a byte each second
 * - `readers`: a request for something large, and nothing is read
 */
export const ATTACKS = ["heads", "renewed heads", "bodies", "readers"] as const;
export type Attack = (typeof ATTACKS)[number];

/** What became of the connections so far. */
export interface AttackReport {
  /** All were opened, and have said what they had to say. */
  readonly ready: boolean;
  /** Open as this side sees it: some may wait to be accepted, and who does not read does not see the end. */
  readonly open: number;
  /** Status of the answer, or `none`, with how many of the ended connections got it. */
  readonly ended: Readonly<Record<string, number>>;
}

const HEAD = "GET / HTTP/1.1\r\nHost: slow\r\nX-Slow: ";
const OPENINGS: Readonly<Record<Attack, string>> = {
  "heads": HEAD,
  "renewed heads": HEAD,
  "bodies": "POST / HTTP/1.1\r\nHost: slow\r\nContent-Length: 1000000\r\n\r\n",
  "readers": "GET /large HTTP/1.1\r\nHost: slow\r\n\r\n",
};
const DRIP_MS = 1_000;
const REPORT_MS = 250;
/** Connections that are being opened at once: the queue of a listener is not to be what is measured. */
const OPENING_MOST = 64;

class Attackers {
  readonly #attack: Attack;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  readonly #ended: Record<string, number> = {};
  #toOpen: number;
  #opening = 0;

  constructor(attack: Attack, port: number, connections: number) {
    this.#attack = attack;
    this.#port = port;
    this.#toOpen = connections;
  }

  start(): void {
    this.#open();
    if (this.#attack !== "readers") setInterval(() => this.#drip(), DRIP_MS);
    setInterval(() => console.log(JSON.stringify(this.#report())), REPORT_MS);
  }

  #open(): void {
    while (this.#toOpen > 0 && this.#opening < OPENING_MOST) {
      this.#toOpen--;
      this.#opening++;
      this.#connect();
    }
  }

  #connect(): void {
    const socket = connect({ port: this.#port, host: "127.0.0.1", noDelay: true });
    let answer = "";
    let isOpening = true;
    const opened = (): void => {
      if (isOpening) this.#opening--;
      isOpening = false;
      this.#open();
    };
    socket.once("connect", () => {
      this.#sockets.add(socket);
      socket.write(OPENINGS[this.#attack]);
      opened();
    });
    if (this.#attack !== "readers") socket.on("data", (chunk: Uint8Array) => answer = answer || String(chunk));
    socket.on("error", () => {});
    socket.once("close", () => {
      this.#sockets.delete(socket);
      const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? "none";
      this.#ended[status] = (this.#ended[status] ?? 0) + 1;
      if (this.#attack === "renewed heads") this.#toOpen++;
      opened();
    });
  }

  #drip(): void {
    for (const socket of this.#sockets) socket.write("x");
  }

  #report(): AttackReport {
    return {
      ready: this.#toOpen === 0 && this.#opening === 0,
      open: this.#sockets.size,
      ended: this.#ended,
    };
  }
}

if (import.meta.main) {
  const [kind, port, connections] = process.argv.slice(2);
  const attack = ATTACKS.find((name) => name === kind);
  if (attack === undefined) throw new Error(`Unknown attack "${kind}": use ${ATTACKS.join(", ")}`);
  // Ends with whoever started it.
  process.stdin.resume().once("close", () => process.exit(0));
  new Attackers(attack, Number(port), Number(connections)).start();
}
