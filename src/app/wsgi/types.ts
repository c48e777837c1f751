/**
 * The WSGI interface as applications see it: PEP 3333 carried over to JavaScript.
 *
 * @module
 */
import type { WorkerIdentity } from "../call.ts";

/** A part of a body. Text is sent as UTF-8; bytes must not change after they were given away. */
export type WsgiPart = string | Uint8Array;

/**
 * What an application returns. A string or bytes alone are sent whole. Of everything else each part is sent before the next is asked for.
 * A `close()` that it has is called once, whatever happened.
 */
export type WsgiBody = WsgiPart | Iterable<WsgiPart> | AsyncIterable<WsgiPart>;

/** An application of the WSGI interface. It may be synchronous, or async as a whole. */
export type WsgiApplication = (environ: WsgiEnviron, startResponse: StartResponse) => WsgiBody | Promise<WsgiBody>;

/** Name and value pairs: a list of lists, a `Map`, `Headers`. */
export type WsgiHeaders = Iterable<readonly [name: string, value: string]>;

/** Sends a part ahead of the returned body, for code that cannot return one. Resolves when the client can take more. */
export type WsgiWrite = (part: WsgiPart) => Promise<void>;

/**
 * Says status (`"200 OK"`) and headers; to be called before the first part of the body. A second call throws, unless `excInfo` is what went
 * wrong since the first: that replaces status and headers, or is thrown again where they were sent already. Throws a TypeError or a
 * `LocalProtocolError` for what cannot be sent.
 */
export type StartResponse = (status: string, headers: WsgiHeaders, excInfo?: unknown) => WsgiWrite;

/**
 * The content of the request. One read at a time. All methods reject when the client leaves early, breaks the framing or exceeds
 * `limit_request_body`; an application that lets that pass gets the right answer sent to the client.
 */
export interface WsgiInput extends AsyncIterable<Uint8Array<ArrayBuffer>> {
  /** As many bytes, fewer only at the end; without a size (or with a negative one) all there are. Empty at the end. */
  read(sizeBytes?: number | null): Promise<Uint8Array<ArrayBuffer>>;
  /** Up to the next line feed, which belongs to the line, or as many bytes. Empty at the end. */
  readline(limitBytes?: number | null): Promise<Uint8Array<ArrayBuffer>>;
  /** All lines, or as many as it takes to reach `hintBytes`. */
  readlines(hintBytes?: number | null): Promise<Uint8Array<ArrayBuffer>[]>;
}

/** A text stream into the error log. A line goes out when it is complete, the rest at the end of the request. */
export interface WsgiErrors {
  write(text: string): void;
  writelines(lines: Iterable<string>): void;
  flush(): void;
}

/** What a file wrapper reads. The first of these that it has counts, in this order. */
export type FileLike =
  /** Streams: of `node:fs`, `ReadableStream`. */
  | AsyncIterable<WsgiPart>
  /** An open `Deno.FsFile`. */
  | { readonly readable: ReadableStream<Uint8Array> }
  /** An open `FileHandle` of `node:fs/promises`. */
  | { createReadStream(options: { highWaterMark: number }): AsyncIterable<WsgiPart> }
  /** A `Blob`: of `Bun.file`, `fs.openAsBlob`. */
  | { stream(): ReadableStream<Uint8Array> }
  /** As PEP 3333 has it: empty (or null) at the end. */
  | { read(sizeBytes: number): WsgiPart | null | Promise<WsgiPart | null> };

/** Makes a body of a file, in blocks of 65536 bytes where nothing else is said. `close()` of the file is called with that of the body. */
export type FileWrapper = (file: FileLike, blockBytes?: number) => AsyncIterable<WsgiPart> & { close(): Promise<void> };

/** What else can be asked about the request. Reading nothing costs nothing. */
export interface WsgiContext {
  /** Aborts when the client leaves before the response is complete. */
  readonly signal: AbortSignal;
  /** What the client asked for and who it is, with what trusted proxies say of it (`forwarded_allow_ips`). */
  readonly scheme: "http" | "https";
  readonly authority: string;
  /** Empty where it is not known. */
  readonly clientAddress: string;
  /** 0 where it is not known. */
  readonly clientPort: number;
  /** Keeps the worker alive for `work` after the response, up to `graceful_timeout`. A rejection is logged. */
  waitUntil(work: Promise<unknown>): void;
  /** The process that serves this request. */
  readonly worker: WorkerIdentity;
}

/**
 * One request. An object of its own for each, which middleware may change and copy (`{ ...environ }`). All text has one character for each
 * byte (U+0000 to U+00FF), as PEP 3333 has it.
 */
export interface WsgiEnviron {
  "wsgi.version": readonly [1, 0];
  /** After the trust rules: `https` also where a trusted proxy says so. */
  "wsgi.url_scheme": "http" | "https";
  "wsgi.input": WsgiInput;
  /** Reading to the end of `wsgi.input` is safe without a Content-Length. */
  "wsgi.input_terminated": true;
  "wsgi.errors": WsgiErrors;
  /** The application is called again while an earlier call waits. */
  "wsgi.multithread": boolean;
  "wsgi.multiprocess": boolean;
  "wsgi.run_once": boolean;
  "wsgi.file_wrapper": FileWrapper;
  /** Sends `103 Early Hints` (RFC 8297). Does nothing for HTTP/1.0 and once the response has begun. */
  "wsgi.early_hints": (headers: WsgiHeaders) => void;
  "tsgunicorn.context": WsgiContext;
  SERVER_SOFTWARE: string;
  SERVER_PROTOCOL: "HTTP/1.0" | "HTTP/1.1";
  SERVER_NAME: string;
  /** A number as text; empty for a unix socket without a Host header. */
  SERVER_PORT: string;
  /** The peer of the connection, or whom a PROXY header names; never what forwarding headers say. Empty for a unix socket. */
  REMOTE_ADDR: string;
  /** A number as text; missing for a unix socket. */
  REMOTE_PORT?: string;
  /** The three are there only behind a PROXY header that names an address. */
  PROXY_PROTOCOL?: "TCP4" | "TCP6";
  PROXY_ADDR?: string;
  PROXY_PORT?: string;
  REQUEST_METHOD: string;
  /** The request-target as it was received. */
  RAW_URI: string;
  /** Where the application is mounted; no slash at its end. */
  SCRIPT_NAME: string;
  /** The path behind SCRIPT_NAME, percent-decoded. */
  PATH_INFO: string;
  /** Without `?`, not decoded. */
  QUERY_STRING: string;
  CONTENT_TYPE?: string;
  CONTENT_LENGTH?: string;
  HTTP_HOST?: string;
  /** Other headers: in upper case, `-` as `_`, repeated ones joined with `, ` (Cookie with `; `). `Proxy` is left out (httpoxy). */
  [header: `HTTP_${string}`]: string | undefined;
  /** What middleware adds. */
  [key: string]: unknown;
}
