/**
 * What a scenario sends, and what comes back, byte for byte: the client knows framing and nothing else.
 *
 * @module
 */
import net from "node:net";

/** One request as data. */
export interface Sent {
  /** GET by default. */
  readonly method?: string;
  readonly path: string;
  /** In this order; `Host` and the body's framing come first by themselves. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
  /** The body in these chunks, with `Transfer-Encoding: chunked`. */
  readonly chunks?: readonly (string | Uint8Array)[];
  /** After the chunks. */
  readonly trailers?: readonly (readonly [name: string, value: string])[];
  readonly version?: "1.0" | "1.1";
  readonly host?: string;
  /** Sends the head, waits for an answer (100, or a final one), and then the body after 100. */
  readonly expectsContinue?: boolean;
  /** Breaks the connection off when this has come. Nothing is read after it. */
  readonly leavesAfter?: RegExp;
}

export type Fields = readonly (readonly [name: string, value: string])[];

/** What came back. Names of fields are in lower case. */
export interface Answer {
  /** 1xx that came before. */
  readonly interim: readonly { readonly status: number; readonly fields: Fields }[];
  readonly status: number;
  readonly reason: string;
  readonly fields: Fields;
  readonly body: Uint8Array;
  readonly trailers: Fields;
  /** Whether the message ended as its framing says, and not with its connection. */
  readonly isWhole: boolean;
}

const LIMIT_MS = 15_000;

/** One connection to `port` of this machine. */
export class Wire {
  readonly #socket: net.Socket;
  #received: Buffer = Buffer.alloc(0);
  #isOver = false;
  #wake: () => void = () => {};
  #limit: ReturnType<typeof setTimeout>;

  constructor(port: number) {
    this.#socket = net.connect(port, "127.0.0.1");
    this.#limit = setTimeout(() => this.#socket.destroy(), LIMIT_MS);
    this.#socket.on("data", (bytes: Uint8Array) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#wake();
    });
    const over = (): void => {
      this.#isOver = true;
      clearTimeout(this.#limit);
      this.#wake();
    };
    this.#socket.on("end", over).on("close", over).on("error", over);
  }

  /** Sends one request and reads its answer; `null` when the scenario leaves. */
  async ask(sent: Sent): Promise<Answer | null> {
    if (sent.expectsContinue !== true) {
      this.send(sent);
      return await this.answer(sent);
    }
    this.#socket.write(headOf(sent));
    const first = await this.#message(sent);
    if (first.status !== 100) return { ...first, interim: [] };
    this.#socket.write(bodyOf(sent));
    const last = await this.answer(sent);
    return last === null ? null : { ...last, interim: [{ status: 100, fields: first.fields }, ...last.interim] };
  }

  /** Head and body at once. */
  send(sent: Sent): void {
    this.#socket.write(Buffer.concat([headOf(sent), bodyOf(sent)]));
  }

  /** The next final answer. */
  async answer(sent: Sent): Promise<Answer | null> {
    if (sent.leavesAfter !== undefined) {
      while (!sent.leavesAfter.test(this.#received.toString("latin1"))) await this.#more(String(sent.leavesAfter));
      this.close();
      return null;
    }
    const interim: { status: number; fields: Fields }[] = [];
    for (;;) {
      const message = await this.#message(sent);
      if (message.status >= 200) return { ...message, interim };
      interim.push({ status: message.status, fields: message.fields });
    }
  }

  close(): void {
    clearTimeout(this.#limit);
    this.#socket.destroy();
  }

  async #message(sent: Sent): Promise<Omit<Answer, "interim">> {
    const head = await this.#until("\r\n\r\n");
    const [first = "", ...lines] = head.split("\r\n").slice(0, -2);
    const status = Number(first.slice(9, 12));
    const base = { status, reason: first.slice(13), fields: lines.map(fieldOf), trailers: [], isWhole: true };
    const value = (name: string): string | undefined => base.fields.find(([one]) => one === name)?.[1];
    if (sent.method === "HEAD" || status === 204 || status === 304 || status < 200) return { ...base, body: new Uint8Array() };
    if (/chunked/i.test(value("transfer-encoding") ?? "")) return { ...base, ...await this.#chunked() };
    const length = value("content-length");
    if (length === undefined) {
      while (!this.#isOver) await this.#wait();
      return { ...base, body: this.#take(this.#received.length) };
    }
    while (this.#received.length < Number(length) && !this.#isOver) await this.#wait();
    const isWhole = this.#received.length >= Number(length);
    return { ...base, isWhole, body: this.#take(Math.min(Number(length), this.#received.length)) };
  }

  async #chunked(): Promise<{ body: Uint8Array; trailers: Fields; isWhole: boolean }> {
    const parts: Uint8Array[] = [];
    const broken = (): { body: Uint8Array; trailers: Fields; isWhole: boolean } => ({
      body: Buffer.concat(parts),
      trailers: [],
      isWhole: false,
    });
    for (;;) {
      while (!this.#received.includes("\r\n") && !this.#isOver) await this.#wait();
      if (!this.#received.includes("\r\n")) return broken();
      const sizeBytes = Number.parseInt(await this.#until("\r\n"), 16);
      if (sizeBytes === 0) break;
      while (this.#received.length < sizeBytes + 2 && !this.#isOver) await this.#wait();
      parts.push(this.#take(Math.min(sizeBytes, this.#received.length)));
      this.#take(Math.min(2, this.#received.length));
    }
    const trailers: (readonly [string, string])[] = [];
    for (;;) {
      const line = await this.#until("\r\n");
      if (line === "\r\n") return { body: Buffer.concat(parts), trailers, isWhole: true };
      trailers.push(fieldOf(line.slice(0, -2)));
    }
  }

  async #until(mark: string): Promise<string> {
    while (!this.#received.includes(mark)) await this.#more(JSON.stringify(mark));
    return this.#take(this.#received.indexOf(mark) + mark.length).toString("latin1");
  }

  #take(sizeBytes: number): Buffer {
    const taken = this.#received.subarray(0, sizeBytes);
    this.#received = this.#received.subarray(sizeBytes);
    return taken;
  }

  async #more(awaited: string): Promise<void> {
    if (this.#isOver) {
      throw new Error(`The connection ended before ${awaited} came: ${JSON.stringify(this.#received.toString("latin1"))}`);
    }
    await this.#wait();
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

function headOf(sent: Sent): Buffer {
  const lines = [`${sent.method ?? "GET"} ${sent.path} HTTP/${sent.version ?? "1.1"}`, `Host: ${sent.host ?? "example.test"}`];
  if (sent.chunks !== undefined) lines.push("Transfer-Encoding: chunked");
  else if (sent.body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(sent.body)}`);
  if (sent.expectsContinue === true) lines.push("Expect: 100-continue");
  for (const [name, value] of sent.fields ?? []) lines.push(`${name}: ${value}`);
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

function bodyOf(sent: Sent): Buffer {
  if (sent.chunks === undefined) return Buffer.from(sent.body ?? "");
  const parts = sent.chunks.flatMap((chunk) => [
    Buffer.from(`${Buffer.byteLength(chunk).toString(16)}\r\n`),
    Buffer.from(chunk),
    Buffer.from("\r\n"),
  ]);
  const trailers = (sent.trailers ?? []).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.concat([...parts, Buffer.from(`0\r\n${trailers}\r\n`)]);
}

function fieldOf(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
