/**
 * A raw HTTP client: what is sent and what comes back is seen byte for byte.
 *
 * @module
 */
import net from "node:net";

export type Target = { readonly port: number } | { readonly path: string };

export interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** One connection. Reading is by answers, each delimited by its framing. */
export class Client {
  readonly socket: net.Socket;
  #received = "";
  #ended = false;
  #error: Error | null = null;
  #wake: () => void = () => {};

  private constructor(socket: net.Socket) {
    this.socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      this.#received += text;
      this.#wake();
    });
    const ended = (): void => {
      this.#ended = true;
      this.#wake();
    };
    socket.on("end", ended);
    socket.on("close", ended);
    socket.on("error", (error: Error) => {
      this.#error = error;
      ended();
    });
  }

  static connect(target: Target): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = "port" in target ? net.connect(target.port, "127.0.0.1") : net.connect(target.path);
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.removeListener("error", reject);
        resolve(new Client(socket));
      });
    });
  }

  send(text: string): void {
    this.socket.write(text, "latin1");
  }

  /** Ends our side only. */
  halfClose(): void {
    this.socket.end();
  }

  /** Resolves when the system has taken all that was sent. */
  flushed(): Promise<void> {
    return new Promise((resolve) => this.socket.write("", () => resolve()));
  }

  /** Breaks the connection off with a TCP reset. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  get error(): Error | null {
    return this.#error;
  }

  /** The next answer. `headOnly`: it has no content whatever its fields say (HEAD). */
  async answer(headOnly = false): Promise<Answer> {
    const head = await this.#take(() => {
      const at = this.#received.indexOf("\r\n\r\n");
      return at < 0 ? -1 : at + 4;
    }, "the head of an answer");
    const status = Number(head.slice(9, 12));
    const length = /^content-length: *(\d+)/im.exec(head)?.[1];
    if (headOnly || status === 204 || status === 304 || status < 200) return { status, head, body: "" };
    if (/^transfer-encoding: *chunked/im.test(head)) return { status, head, body: await this.#chunked() };
    if (length === undefined) return { status, head, body: await this.rest() };
    return {
      status,
      head,
      body: await this.#take(() => this.#received.length >= Number(length) ? Number(length) : -1, "content"),
    };
  }

  /** All that comes until the server closes. */
  async rest(): Promise<string> {
    while (!this.#ended) await this.#more();
    const text = this.#received;
    this.#received = "";
    return text;
  }

  /** Waits until at least so many characters are here, without taking them. */
  async peek(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#received)) {
      if (this.#ended) throw this.#failure(`The connection ended before ${pattern} came`);
      await this.#more();
    }
    return this.#received;
  }

  close(): void {
    this.socket.destroy();
  }

  async #chunked(): Promise<string> {
    let body = "";
    for (;;) {
      const line = await this.#take(
        () => this.#received.indexOf("\r\n") < 0 ? -1 : this.#received.indexOf("\r\n") + 2,
        "a chunk size",
      );
      const size = Number.parseInt(line, 16);
      const chunk = await this.#take(() => this.#received.length >= size + 2 ? size + 2 : -1, "a chunk");
      if (size === 0) return body;
      body += chunk.slice(0, -2);
    }
  }

  async #take(end: () => number, what: string): Promise<string> {
    for (let at = end();; at = end()) {
      if (at >= 0) {
        const text = this.#received.slice(0, at);
        this.#received = this.#received.slice(at);
        return text;
      }
      if (this.#ended) throw this.#failure(`The connection ended before ${what}`);
      await this.#more();
    }
  }

  #failure(text: string): Error {
    return new Error(`${text}; received ${JSON.stringify(this.#received.slice(0, 200))}`, { cause: this.#error });
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** A GET on a connection of its own. */
export async function get(target: Target, path = "/", fields = ""): Promise<Answer> {
  const client = await Client.connect(target);
  try {
    client.send(`GET ${path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n${fields}\r\n`);
    return await client.answer();
  } finally {
    client.close();
  }
}

/** Sends bytes and gives everything that comes back until the server closes. */
export async function exchange(target: Target, wire: string): Promise<string> {
  const client = await Client.connect(target);
  try {
    client.send(wire);
    client.halfClose();
    return await client.rest();
  } finally {
    client.close();
  }
}
