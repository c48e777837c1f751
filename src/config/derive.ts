/** @module What the arbiter's machine and the workers get of a configuration: plain data, in milliseconds and bytes. */
import type { ArbiterSettings } from "../arbiter/settings.ts";
import type { ParserLimits } from "../http/limits.ts";
import type { GrammarPermissions } from "../http/permissions.ts";
import type { TrustSettings } from "../http/trust-settings.ts";
import { isWorkerHookName, type WorkerHookName } from "../hooks/names.ts";
import type { Config } from "./config.ts";
import { ConfigError } from "./errors.ts";
import type { SyslogSettings } from "../log/syslog-settings.ts";
import type { StatsdSettings } from "../metrics/statsd-settings.ts";
import type { Settings } from "./settings.ts";
import { parseStatsdHost } from "./statsd-address.ts";
import { parseSyslogAddress } from "./syslog-address.ts";
import type { Deadlines, WorkerHookSettings, WorkerSettings } from "./worker-settings.ts";

/** RFC 9112 §7.1.1 asks to limit chunk extensions, which nobody uses; gunicorn does in later versions (#3721). */
export const CHUNK_LINE_MAX_BYTES = 4096;
/** Extensions of all chunks of a message together: one byte of content with 4 KiB of extension each would be a cheap way to keep a server busy. */
export const CHUNK_EXTENSIONS_MAX_BYTES = 16_384;
/** What 0 means for `limit_request_fields`, as in gunicorn. */
const FIELDS_MAX_COUNT = 32_768;

/** Seconds are whole milliseconds, but 1.001 × 1000 is not. */
function toMs(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** For the worker processes. Throws a {@link ConfigError} when there is no application, with gunicorn's text. */
export function toWorkerSettings(config: Config): WorkerSettings {
  const { app, settings } = config;
  if (app === null) {
    const hint = "name it on the command line, as in: tsgunicorn app:handler";
    throw new ConfigError([{ setting: null, source: null, message: "No application module specified", hint }]);
  }
  return {
    app,
    interface: settings.interface,
    isMultiprocess: settings.workers > 1,
    backlog: settings.backlog,
    keepaliveMs: toMs(settings.keepalive),
    gracefulTimeoutMs: toMs(settings.graceful_timeout),
    bootTimeoutMs: toMs(settings.boot_timeout || settings.timeout),
    loglevel: settings.loglevel,
    errorlog: settings.errorlog,
    captureOutput: settings.capture_output && settings.errorlog !== "-",
    accesslog: settings.accesslog,
    accessLogFormat: settings.access_log_format,
    syslog: toSyslogSettings(config),
    statsd: toStatsdSettings(settings),
    limits: toParserLimits(settings),
    lightObjects: settings.light_objects,
    permissions: toPermissions(settings),
    trust: toTrust(settings),
    deadlines: toDeadlines(settings),
    recycling: {
      requestsMax: settings.max_requests,
      requestsJitter: settings.max_requests_jitter,
      memoryMaxBytes: settings.max_worker_memory,
      lifetimeMs: toMs(settings.max_worker_lifetime),
    },
    workerConnections: settings.worker_connections,
    // Names are looked up by the arbiter.
    identity: null,
    server: settings.server_header,
    hooks: toWorkerHooks(config),
  };
}

/** Null where nothing goes to syslog. */
export function toSyslogSettings({ app, settings }: Config): SyslogSettings | null {
  if (!settings.syslog) return null;
  const name = settings.proc_name ?? app ?? "";
  return {
    target: parseSyslogAddress(settings.syslog_addr),
    facility: settings.syslog_facility,
    // As gunicorn does with the colon. RFC 3164 §4.1.3 would have letters and digits only.
    prefix: settings.syslog_prefix ?? (name.replaceAll(/[^A-Za-z0-9_./-]/g, ".") || "app"),
    takesAccess: !settings.disable_redirect_access_to_syslog,
  };
}

/** Null where no metrics are sent. */
export function toStatsdSettings({ statsd_host, statsd_prefix, dogstatsd_tags }: Settings): StatsdSettings | null {
  if (statsd_host === null) return null;
  const prefix = statsd_prefix === null || statsd_prefix.endsWith(".") ? statsd_prefix : `${statsd_prefix}.`;
  return { target: parseStatsdHost(statsd_host), prefix: prefix ?? "", tags: dogstatsd_tags ?? "" };
}

/** The hooks among the settings that workers call. */
function workerHookNames(settings: Settings): readonly WorkerHookName[] {
  return Object.entries(settings).flatMap(([name, isSet]) => isWorkerHookName(name) && isSet === true ? [name] : []);
}

function toWorkerHooks({ file, settings }: Config): WorkerHookSettings | null {
  const names = workerHookNames(settings);
  if (file === null || names.length === 0) return null;
  return { file, names, limitMs: toMs(settings.hook_timeout), config: settings };
}

/** For the arbiter's machine. */
export function toArbiterSettings({ settings }: Config): ArbiterSettings {
  return {
    workers: settings.workers,
    timeoutMs: toMs(settings.timeout),
    gracefulTimeoutMs: toMs(settings.graceful_timeout),
    bootTimeoutMs: toMs(settings.boot_timeout || settings.timeout),
    shutdownDelayMs: toMs(settings.shutdown_delay),
    reloadSurge: settings.reload_surge,
    followsFiles: settings.reload,
  };
}

/** Gunicorn's rule for the header block (`fields × (size + 2) + 4`) and the request line before it, capped by `limit_request_head`. */
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
    headBytes: Math.min(partsBytes, settings.limit_request_head),
    chunkLineBytes: CHUNK_LINE_MAX_BYTES,
    chunkExtensionBytes: CHUNK_EXTENSIONS_MAX_BYTES,
    bodyBytes: settings.limit_request_body,
  };
}

function toPermissions(settings: Settings): GrammarPermissions {
  return {
    unconventionalMethod: settings.permit_unconventional_http_method,
    casefoldMethod: settings.casefold_http_method,
    unconventionalVersion: settings.permit_unconventional_http_version,
    obsoleteFolding: settings.permit_obsolete_folding,
    headerSpaces: settings.strip_header_spaces,
  };
}

function toTrust(settings: Settings): TrustSettings {
  return {
    forwardedAllowIps: settings.forwarded_allow_ips,
    forwardedSource: settings.forwarded_source,
    secureSchemeHeaders: settings.secure_scheme_headers,
    headerMap: settings.header_map,
    forwarderHeaders: settings.forwarder_headers,
    proxyProtocol: settings.proxy_protocol,
    proxyAllowIps: settings.proxy_allow_ips,
  };
}

function toDeadlines(settings: Settings): Deadlines {
  return {
    firstByteMs: toMs(settings.first_byte_timeout),
    headMs: toMs(settings.head_timeout),
    bodyMs: toMs(settings.body_timeout),
    bodyMinBytesPerSecond: settings.body_min_rate,
    writeMs: toMs(settings.write_timeout),
  };
}
