/** @module What the arbiter's machine and the workers get of a configuration: plain data, in milliseconds and bytes. */
import type { ArbiterSettings } from "../arbiter/settings.ts";
import type { ParserLimits } from "../http/limits.ts";
import type { Config } from "./config.ts";
import { ConfigError } from "./errors.ts";
import type { Settings } from "./settings.ts";
import type { WorkerSettings } from "./worker-settings.ts";

/** No head is larger, whatever the limits of its parts: 100 fields of 8 KiB each would be 800 KiB of memory per connection. */
export const HEAD_MAX_BYTES = 262_144;
/** RFC 9112 §7.1.1 asks to limit chunk extensions, which nobody uses; gunicorn does in later versions (#3721). */
export const CHUNK_LINE_MAX_BYTES = 4096;
/** What 0 means for `limit_request_fields`, as in gunicorn. */
const FIELDS_MAX_COUNT = 32_768;

/** For the worker processes. Throws a {@link ConfigError} when there is no application, with gunicorn's text. */
export function toWorkerSettings(config: Config): WorkerSettings {
  const { app, settings } = config;
  if (app === null) {
    const hint = "name it on the command line, as in: tsgunicorn app:handler";
    throw new ConfigError([{ setting: null, source: null, message: "No application module specified", hint }]);
  }
  return {
    app,
    backlog: settings.backlog,
    keepaliveMs: settings.keepalive * 1000,
    gracefulTimeoutMs: settings.graceful_timeout * 1000,
    loglevel: settings.loglevel,
    errorlog: settings.errorlog,
    accesslog: settings.accesslog,
    limits: toParserLimits(settings),
    lightObjects: settings.light_objects,
  };
}

/** For the arbiter's machine. */
export function toArbiterSettings({ settings }: Config): ArbiterSettings {
  return { workers: settings.workers, timeoutMs: settings.timeout * 1000, gracefulTimeoutMs: settings.graceful_timeout * 1000 };
}

/** Gunicorn's rule for the header block (`fields × (size + 2) + 4`) and the request line before it, capped. */
function toParserLimits(settings: Settings): ParserLimits {
  const requestLineBytes = settings.limit_request_line;
  const fieldCount = settings.limit_request_fields === 0 ? FIELDS_MAX_COUNT : settings.limit_request_fields;
  const fieldLineBytes = settings.limit_request_field_size;
  const open = requestLineBytes === 0 || fieldLineBytes === 0;
  const partsBytes = open ? Infinity : requestLineBytes + 2 + fieldCount * (fieldLineBytes + 2) + 4;
  return {
    requestLineBytes,
    fieldCount,
    fieldLineBytes,
    headBytes: Math.min(partsBytes, HEAD_MAX_BYTES),
    chunkLineBytes: CHUNK_LINE_MAX_BYTES,
    bodyBytes: settings.limit_request_body,
  };
}
