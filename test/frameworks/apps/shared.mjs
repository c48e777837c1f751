// What the applications of all frameworks answer with, and the parts that no framework has.
import { createHash } from "node:crypto";
import http from "node:http";
import process from "node:process";

/** The folder of the static files. */
export const FILES = process.env.FRAMEWORK_FILES ?? "";

export const BIG = { items: Array.from({ length: 20_000 }, (_, id) => ({ id, name: `Item ${id}`, done: id % 3 === 0 })) };
/** Compresses well, and is above every threshold. */
export const LONG_TEXT = "The quick brown fox jumps over the lazy dog.\n".repeat(200);
export const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);
export const LATIN1 = Uint8Array.from([0x66, 0xfc, 0x72, 0xdf]);
export const EVENTS = ["event: greeting\ndata: hello\n\n", "id: 2\ndata: two\ndata: lines\n\n", ": comment\n\ndata: über\n\n"];

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Turns of the event loop between two parts of a stream. */
export const tick = () => new Promise((resolve) => setTimeout(resolve, 2));

/** `admin:secret` in Basic credentials. */
export const isAdmin = (authorization) => authorization === `Basic ${btoa("admin:secret")}`;

/** What happened, for who asks later: what comes after an answer has no other order. */
export class Lines {
  #lines = [];
  #waiting = [];

  add(line) {
    this.#lines.push(line);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves with all lines once there is one, and forgets them. */
  async take() {
    if (this.#lines.length === 0) await new Promise((resolve) => this.#waiting.push(resolve));
    return this.#lines.splice(0);
  }
}

/** Parts with a pause between, then an error if `error` is given. */
export async function* parts(all, error) {
  for (const part of all) {
    yield part;
    await tick();
  }
  if (error !== undefined) throw error;
}

/** A stream of bytes that ends when it is cancelled, and says so. */
export function endless(onCancel) {
  const encoder = new TextEncoder();
  let timer;
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode("data: first\n\n"));
      timer = setInterval(() => controller.enqueue(encoder.encode("data: again\n\n")), 5);
    },
    cancel() {
      clearInterval(timer);
      onCancel();
    },
  });
}

/** As a stream of bytes. */
export function streamOf(all, error) {
  const encoder = new TextEncoder();
  const source = parts(all, error);
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await source.next();
      if (done) controller.close();
      else controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
    },
  });
}

/** What is known of the files of a form, in order of their fields. */
export function describeFiles(files) {
  return files.map(({ field, name, type, bytes }) => ({ field, name, type, size: bytes.length, sha256: sha256(bytes) }));
}

/** The same of a `FormData`: text fields, then files. */
export async function describeForm(form) {
  const fields = {};
  const files = [];
  for (const [field, value] of form) {
    if (typeof value === "string") fields[field] = value;
    else files.push({ field, name: value.name, type: value.type, bytes: new Uint8Array(await value.arrayBuffer()) });
  }
  return { fields, files: describeFiles(files) };
}

let upstream;

/** The address of a server behind: what it answers says what it was asked. */
export function upstreamUrl() {
  upstream ??= new Promise((resolve) => {
    const server = http.createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text) => body += text).on("end", () => {
        response.writeHead(200, { "X-Upstream": "yes", "Content-Type": "application/json" });
        response.end(
          JSON.stringify({ method: request.method, url: request.url, host: request.headers["x-asked"] ?? null, body }),
        );
      });
    });
    server.listen(0, "127.0.0.1", () => {
      server.unref();
      resolve(`http://127.0.0.1:${server.address().port}`);
    });
  });
  return upstream;
}
