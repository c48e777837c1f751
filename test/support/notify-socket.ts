/** A unix datagram socket as a service manager has one; no runtime has them in JavaScript. */
import { loadLibc } from "#runtime";
import { encodeSockaddr } from "../../runtimes/shared/sockaddr.ts";

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
const POLLIN = 1;
const POLL_MS = 50;
const LIMIT_MS = 30_000;
const MESSAGE_MAX_BYTES = 4096;

export class NotifySocket {
  /** What arrived. */
  readonly messages: string[] = [];
  readonly #fd: number;

  constructor(path: string) {
    const address = encodeSockaddr({ kind: "unix", path }, "test");
    this.#fd = loadLibc().call("socket", AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    if (this.#fd < 0 || loadLibc().call("bind", this.#fd, address, address.length) !== 0) throw new Error(`Cannot bind ${path}`);
  }

  /** Waits for a message that matches, those that came before included. */
  async until(pattern: RegExp): Promise<string> {
    const limitMs = performance.now() + LIMIT_MS;
    for (;;) {
      const found = this.messages.find((message) => pattern.test(message));
      if (found !== undefined) return found;
      if (performance.now() > limitMs) throw new Error(`No ${pattern} in ${JSON.stringify(this.messages)}`);
      this.#receive();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): void {
    loadLibc().call("close", this.#fd);
  }

  #receive(): void {
    const pollfd = new Uint8Array(8);
    const view = new DataView(pollfd.buffer);
    view.setInt32(0, this.#fd, true);
    view.setInt16(4, POLLIN, true);
    if (loadLibc().call("poll", pollfd, 1, POLL_MS) < 1) return;
    const bytes = new Uint8Array(MESSAGE_MAX_BYTES);
    const sizeBytes = loadLibc().call("recv", this.#fd, bytes, bytes.length, 0);
    if (sizeBytes > 0) this.messages.push(new TextDecoder().decode(bytes.subarray(0, sizeBytes)));
  }
}
