/**
 * The arbiter's error log, which can move to another file and another level in a reload.
 *
 * @module
 */
import { createLogger, type Logger, messageOf } from "../log/logger.ts";
import type { LogLevel } from "../log/level.ts";
import type { LogSink, RuntimeAdapter } from "../runtime/port.ts";
import type { Change } from "./change.ts";
import { pathIn } from "./path-in.ts";

type Host = Pick<RuntimeAdapter, "logs" | "clock" | "files"> & { readonly process: { readonly pid: number } };

/** Where it is written. */
export interface ErrorLogTarget {
  /** Path, or `-` for standard error. */
  readonly errorlog: string;
  readonly level: LogLevel;
  /** What a relative path is seen from. */
  readonly directory: string;
}

export class ErrorLog {
  readonly #host: Host;
  #path: string;
  #sink: LogSink;
  #logger: Logger;
  /** The same object after a reload. */
  readonly logger: Logger;

  /** Throws an Error when the file cannot be opened. */
  constructor(host: Host, target: ErrorLogTarget) {
    this.#host = host;
    this.#path = pathOf(host, target);
    this.#sink = open(host, this.#path);
    this.#logger = this.#createLogger(target.level);
    this.logger = {
      log: (level, text) => this.#logger.log(level, text),
      isEnabled: (level) => this.#logger.isEnabled(level),
    };
  }

  /** Opens the same path again. Throws a SystemError and goes on with the old file when that fails. */
  reopen(): void {
    this.#sink.reopen();
  }

  /** What is logged afterwards goes nowhere, where the log is a file. */
  close(): void {
    this.#sink.close();
  }

  /** Opens the new file, also when it is the old one: that shows that the workers can. Throws an Error that names the setting. */
  prepare(target: ErrorLogTarget): Change {
    const path = pathOf(this.#host, target);
    let sink: LogSink;
    try {
      sink = open(this.#host, path);
    } catch (error) {
      throw new Error(`errorlog: ${messageOf(error)}`, { cause: error });
    }
    return {
      commit: () => {
        if (path === this.#path) {
          sink.close();
        } else {
          this.#logger.log("info", `The error log goes on in ${path === "-stderr" ? "the standard error stream" : `"${path}"`}`);
          this.#sink.close();
          this.#sink = sink;
          this.#path = path;
        }
        this.#logger = this.#createLogger(target.level);
      },
      rollback: () => sink.close(),
    };
  }

  #createLogger(level: LogLevel): Logger {
    const { clock, process } = this.#host;
    return createLogger({ sink: this.#sink, clock, pid: process.pid, level });
  }
}

function pathOf(host: Host, { errorlog, directory }: ErrorLogTarget): string {
  return errorlog === "-" ? "-stderr" : pathIn(host.files, directory, errorlog);
}

function open(host: Host, path: string): LogSink {
  try {
    return host.logs.open(path);
  } catch (error) {
    throw new Error(`cannot be written: ${messageOf(error)}`, { cause: error });
  }
}
