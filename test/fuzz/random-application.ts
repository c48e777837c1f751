/** @module An application that does anything an application may do, and some of what it may not, chosen by chance. */
import type { Exchange } from "../../src/app/application.ts";
import { LocalProtocolError } from "../../src/http/errors.ts";
import type { Random } from "../simulation/random.ts";
import { BrokenProperty, ensure } from "./target.ts";

/** What became of one request on the application's side. */
export interface Note {
  readonly exchange: Exchange;
  readonly index: number;
  /** What was read of the content. */
  content: string;
  sawEnd: boolean;
  /** The body of the answer where it was given in full and without a mistake. */
  body: string | null;
  /** Promises that did not settle. */
  waiting: number;
  aborts: number;
  /** The application will say nothing more. */
  done: boolean;
  /** Bytes that came after the connection was handed over; null: it was not. */
  tunnel: string | null;
}

type Behaviour = (note: Note) => Promise<void> | void;

const ANSWER_MAX_BYTES = 40_000;

export class RandomApplication {
  readonly notes: Note[] = [];
  /** What went wrong where nobody could catch it. */
  failure: unknown = null;
  readonly #random: Random;
  readonly #deferred: (() => void)[] = [];
  readonly #behaviours: readonly Behaviour[];

  constructor(random: Random) {
    this.#random = random;
    const answers: Behaviour[] = [this.#answer, this.#answer, this.#echo, this.#echo, this.#stream, this.#stream, this.#readSome];
    const rare: Behaviour[] = [this.#fail, this.#later, this.#later, this.#cancel, this.#never, this.#takeOver, this.#impatient];
    // Some applications are well-behaved throughout, so that connections get old.
    this.#behaviours = random.chance(0.4) ? answers : [...answers, ...rare];
  }

  handle(exchange: Exchange): void {
    const index = this.notes.length;
    const note: Note = {
      exchange,
      index,
      content: "",
      sawEnd: false,
      body: null,
      waiting: 0,
      aborts: 0,
      done: false,
      tunnel: null,
    };
    this.notes.push(note);
    if (this.#random.chance(0.7)) exchange.onAbort(() => void (note.aborts += 1));
    else note.aborts = NaN;
    void this.#play(this.#random.pick(this.#behaviours), note);
  }

  /** Lets the ones that wait answer. */
  release(): void {
    for (const run of this.#deferred.splice(0)) run();
  }

  async #play(behaviour: Behaviour, note: Note): Promise<void> {
    try {
      if (this.#random.chance(0.1)) this.#hint(note);
      const played = behaviour.call(this, note);
      if (played instanceof Promise) await played;
      if (note.done && this.#random.chance(0.2)) await this.#sayMore(note);
    } catch (error) {
      if (error instanceof BrokenProperty) this.failure ??= error;
      // As the bridge does with whatever a handler throws.
      try {
        note.exchange.fail(error);
        note.done = true;
      } catch (second) {
        this.failure ??= second;
      }
    }
  }

  #answer({ exchange, index }: Note): void {
    const note = this.notes[index];
    const length = this.#random.chance(0.1) ? this.#random.between(0, ANSWER_MAX_BYTES) : this.#random.between(0, 50);
    const body = "b".repeat(length);
    const head = { status: this.#random.pick([200, 200, 200, 404, 204, 304, 205, 500]), reason: "", fields: this.#fields(index) };
    const bytes = this.#random.chance(0.5) ? body : new TextEncoder().encode(body);
    exchange.respond(head, length === 0 && this.#random.chance(0.5) ? null : bytes);
    if (note === undefined) return;
    note.body = body;
    note.done = true;
  }

  async #echo(note: Note): Promise<void> {
    while (await this.#read(note));
    if (this.#random.chance(0.2)) await this.#defer();
    this.#answer(note);
  }

  async #readSome(note: Note): Promise<void> {
    const taken = note.exchange.body?.takeBuffered() ?? null;
    if (taken !== null) note.content += latin1(taken);
    else if (note.exchange.body !== null && this.#random.chance(0.5)) await this.#read(note);
    this.#answer(note);
  }

  async #stream(note: Note): Promise<void> {
    const { exchange, index } = note;
    const parts = Array.from({ length: this.#random.between(0, 4) }, () => this.#random.pick([0, 1, 7, 300, 20_000, 80_000]));
    const sum = parts.reduce((total, part) => total + part, 0);
    const fields = this.#fields(index);
    const isLie = this.#random.chance(0.15);
    if (isLie) fields.push("Content-Length", String(Math.max(0, sum + this.#random.pick([-1, 1, 5]))));
    else if (this.#random.chance(0.3)) fields.push("Content-Length", String(sum));
    if (this.#random.chance(0.2)) { while (await this.#read(note)); }
    exchange.start({ status: 200, reason: "", fields });
    for (const part of parts) {
      const wantsMore = exchange.write(new Uint8Array(part).fill(0x73));
      if (!wantsMore && this.#random.chance(0.9)) await this.#waitFor(note, exchange.drained());
      if (this.#random.chance(0.2)) await this.#defer();
      if (this.#random.chance(0.1) && exchange.body !== null) await this.#read(note);
      if (this.#random.chance(0.03)) throw new Error("The application failed in the middle");
    }
    exchange.end(
      this.#random.chance(0.2) ? [this.#random.pick(["X-Sum", "X-Sum", "Content-Length", "bad name"]), "1"] : undefined,
    );
    note.body = isLie ? null : "s".repeat(sum);
    note.done = true;
  }

  #fail(): void {
    throw new Error("The application failed");
  }

  async #later(note: Note): Promise<void> {
    await this.#defer();
    this.#answer(note);
  }

  #cancel(note: Note): void {
    note.exchange.body?.cancel();
    this.#answer(note);
  }

  #never(): void {}

  /** Answers while a read is pending. */
  async #impatient(note: Note): Promise<void> {
    const reading = note.exchange.body === null ? null : this.#read(note).catch(() => false);
    if (this.#random.chance(0.5)) await this.#defer();
    this.#answer(note);
    await reading;
  }

  async #takeOver(note: Note): Promise<void> {
    const { exchange } = note;
    while (await this.#read(note));
    const isConnect = exchange.head.method === "CONNECT";
    const fields = [...this.#fields(note.index).slice(0, 2), "Upgrade", "x"];
    const head = { status: isConnect ? 200 : 101, reason: "", fields };
    if (exchange.aborted || !exchange.head.upgrade) return this.#answer(note);
    const taken = exchange.takeOver(head);
    note.done = true;
    note.tunnel = latin1(taken.rest);
    taken.socket.attach({
      received: (bytes) => void (note.tunnel += latin1(bytes)),
      ended: () => taken.socket.end(),
      drained: () => {},
      closed: () => {},
    });
  }

  /** After the answer nothing that is said may reach the client, and nothing may break. */
  async #sayMore(note: Note): Promise<void> {
    const { exchange } = note;
    expectRefusal(() => exchange.respond({ status: 200, reason: "", fields: ["X-Answer", "second"] }, "second"));
    expectRefusal(() => exchange.start({ status: 200, reason: "", fields: ["X-Answer", "second"] }));
    expectRefusal(() => void exchange.write(new Uint8Array(3)));
    expectRefusal(() => exchange.end());
    expectRefusal(() => exchange.sendInterim(103, ["X-Answer", "second"]));
    exchange.fail(new Error("The application failed after its answer"));
    if (exchange.body !== null) await this.#waitFor(note, exchange.body.read().catch(() => null));
  }

  #hint({ exchange, index }: Note): void {
    expectRefusal(() => exchange.sendInterim(this.#random.pick([103, 102, 101]), ["X-Answer", String(index)]));
  }

  /** True: more may follow. */
  async #read(note: Note): Promise<boolean> {
    const { body } = note.exchange;
    if (body === null) return false;
    const bytes = await this.#waitFor(note, body.read());
    ensure(bytes === null || bytes.length > 0, "a part of the content is not empty");
    if (bytes !== null) note.content += latin1(bytes);
    else note.sawEnd = true;
    return bytes !== null;
  }

  async #waitFor<T>(note: Note, promise: Promise<T>): Promise<T> {
    note.waiting += 1;
    try {
      return await promise;
    } finally {
      note.waiting -= 1;
    }
  }

  #defer(): Promise<void> {
    return new Promise((resolve) => void this.#deferred.push(resolve));
  }

  #fields(index: number): string[] {
    const fields = ["X-Answer", String(index)];
    if (this.#random.chance(0.08)) fields.push("Connection", "close");
    if (this.#random.chance(0.03)) fields.push("X-Bad", "a\r\nX-Answer: 99");
    return fields;
  }
}

function expectRefusal(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof LocalProtocolError)) throw error;
  }
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}
