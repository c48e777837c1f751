/**
 * The error log: gunicorn's line format, to one sink.
 *
 * @module
 */
import type { ClockPort, LogSink } from "../runtime/port.ts";
import { isLogged, type LogLevel } from "./level.ts";
import { escapeControls } from "./escape.ts";
import { formatTimestamp } from "./timestamp.ts";

/** Longest message in characters; the rest is cut and counted, so that one error cannot fill a disk. */
export const MESSAGE_LIMIT_CHARACTERS = 32_768;

/** Writes messages of its level and above. A message may have several lines (a stack); control characters are escaped. */
export interface Logger {
  log(level: LogLevel, text: string): void;
  isEnabled(level: LogLevel): boolean;
}

export interface LoggerOptions {
  readonly sink: LogSink;
  readonly clock: ClockPort;
  readonly pid: number;
  readonly level: LogLevel;
}

/** Lines such as `[2026-11-20 23:17:43 +0000] [17915] [INFO] Starting tsgunicorn 0.1.0`, in local time. */
export function createLogger({ sink, clock, pid, level: threshold }: LoggerOptions): Logger {
  return {
    isEnabled: (level) => isLogged(level, threshold),
    log(level, text) {
      if (!isLogged(level, threshold)) return;
      sink.write(`[${formatTimestamp(clock.wallMs())}] [${pid}] [${level.toUpperCase()}] ${bounded(text)}\n`);
    },
  };
}

function bounded(text: string): string {
  if (text.length <= MESSAGE_LIMIT_CHARACTERS) return escapeControls(text);
  return `${escapeControls(text.slice(0, MESSAGE_LIMIT_CHARACTERS))}… (${
    text.length - MESSAGE_LIMIT_CHARACTERS
  } more characters)`;
}

/** The message alone, for the end of a sentence. Never throws. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : describeError(error);
}

/** What a log shows of something that was thrown: its stack where it has one, causes included. Never throws. */
export function describeError(error: unknown): string {
  try {
    if (!(error instanceof Error)) return `Thrown: ${String(error)}`;
    const head = `${error.name}: ${error.message}`;
    const stack = typeof error.stack === "string" && error.stack !== "" ? error.stack : head;
    const own = stack.includes(error.message) ? stack : `${head}\n${stack}`;
    return error.cause === undefined ? own : `${own}\nCaused by: ${describeCause(error.cause)}`;
  } catch {
    return "Thrown: a value that cannot be described";
  }
}

function describeCause(cause: unknown): string {
  return cause instanceof Error ? cause.stack ?? `${cause.name}: ${cause.message}` : String(cause);
}
