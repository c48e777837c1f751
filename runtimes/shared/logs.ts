/**
 * Log destinations: files opened with O_APPEND, so that a rotation by rename and several processes in one file work, and the standard
 * streams by their descriptors (the runtimes' own stream objects would buffer, and lose lines at exit).
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { closeSync, openSync } from "node:fs";
import process from "node:process";
import { isatty } from "node:tty";
import type { LogPort, LogSink } from "../../src/runtime/port.ts";
import { attempting, errorCode } from "./system-error.ts";
import { writeFully } from "./write-fully.ts";

/** A log line waits this long for a full pipe; requests wait with it. */
const LOG_PATIENCE_MS = 200;

/** Log files may hold addresses and user names. */
export const LOG_FILE_MODE: number = 0o640;

const DEFAULT_COLUMNS = 80;

const STREAM_FDS = { stdout: 1, stderr: 2 } as const;

/** The log port. */
export const logs: LogPort = {
  open(target: string): LogSink {
    if (target === "-stdout") return new DescriptorSink(STREAM_FDS.stdout);
    if (target === "-stderr") return new DescriptorSink(STREAM_FDS.stderr);
    return new FileSink(target);
  },
  print(stream: "stdout" | "stderr", text: string): void {
    try {
      // Like a blocking write(2): a reader that pauses (a pager) is waited for.
      writeFully(STREAM_FDS[stream], Buffer.from(text), Number.POSITIVE_INFINITY);
    } catch (error) {
      // EPIPE: the reader had enough (`| head`). Other failures have nowhere to be told.
      if (errorCode(error) === null) throw error;
    }
  },
  terminal(stream: "stdout" | "stderr"): { readonly isTerminal: boolean; readonly columns: number } {
    // The stream object is only touched for a terminal: creating it for a pipe makes the pipe non-blocking for everybody who shares it.
    if (!isatty(STREAM_FDS[stream])) return { isTerminal: false, columns: DEFAULT_COLUMNS };
    return { isTerminal: true, columns: process[stream].columns || DEFAULT_COLUMNS };
  },
};

/** A sink on an open descriptor that it does not own. */
class DescriptorSink implements LogSink {
  protected fd: number;
  /** Writes that failed since the last one that did not. */
  #lost = 0;

  constructor(fd: number) {
    this.fd = fd;
  }

  write(text: string): void {
    const note = this.#lost === 0 ? "" : `(${this.#lost} log writes were lost before this one)\n`;
    try {
      writeFully(this.fd, Buffer.from(note + text), LOG_PATIENCE_MS);
      this.#lost = 0;
    } catch {
      // A full disk or a closed pipe must not end a server; the next line that gets through tells.
      this.#lost++;
    }
  }

  reopen(): void {}

  close(): void {}
}

/** A sink on a file that it opened. */
class FileSink extends DescriptorSink {
  readonly #path: string;
  #isOpen = true;

  constructor(path: string) {
    super(openForAppending(path));
    this.#path = path;
  }

  override reopen(): void {
    if (!this.#isOpen) return;
    const fd = openForAppending(this.#path);
    closeSync(this.fd);
    this.fd = fd;
  }

  override write(text: string): void {
    // The number of a closed descriptor soon belongs to something else, such as a client's connection.
    if (this.#isOpen) super.write(text);
  }

  override close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.fd);
  }
}

function openForAppending(path: string): number {
  return attempting(`Cannot open log file "${path}"`, () => openSync(path, "a", LOG_FILE_MODE));
}
