/**
 * Requests that the benchmarks are made of.
 *
 * @module
 */
import { Buffer } from "node:buffer";

const FIELDS_OF_BROWSER = [
  "Host: www.example.com",
  "Connection: keep-alive",
  "Cache-Control: max-age=0",
  'sec-ch-ua: "Chromium";v="128", "Not;A=Brand";v="24", "Google Chrome";v="128"',
  "sec-ch-ua-mobile: ?0",
  'sec-ch-ua-platform: "Linux"',
  "Upgrade-Insecure-Requests: 1",
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36",
  "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
  "Sec-Fetch-Site: same-origin",
  "Sec-Fetch-Mode: navigate",
  "Sec-Fetch-User: ?1",
  "Sec-Fetch-Dest: document",
  "Referer: https://www.example.com/products/index.html",
  "Accept-Encoding: gzip, deflate, br, zstd",
  "Accept-Language: en-US,en;q=0.9",
  "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark",
];
const FIELDS_OF_PROXY = [
  "X-Forwarded-For: 203.0.113.7, 10.0.0.1",
  "X-Forwarded-Proto: https",
  "X-Forwarded-Host: www.example.com",
];

function head(path: string, fields: readonly string[]): string {
  return [`GET ${path} HTTP/1.1`, ...fields, "\r\n"].join("\r\n");
}

/** As `wrk` sends it. */
export function wrkRequest(path = "/"): string {
  return head(path, ["Host: 127.0.0.1:8000"]);
}

/** As Chrome sends it, about 800 bytes. */
export function browserRequest(path = "/products/index.html?page=2&sort=price"): string {
  return head(path, FIELDS_OF_BROWSER);
}

/** The same behind a proxy that says for whom it asks. */
export function proxiedRequest(): string {
  return head("/products/index.html?page=2&sort=price", [...FIELDS_OF_BROWSER, ...FIELDS_OF_PROXY]);
}

export function manyFieldsRequest(path = "/"): string {
  return head(path, ["Host: a", ...Array.from({ length: 99 }, (_, index) => `X-Field-Number-${index}: value-${index}`)]);
}

export function chunkedRequest(contentBytes: number, chunkBytes: number): string {
  const chunk = `${chunkBytes.toString(16)}\r\n${"x".repeat(chunkBytes)}\r\n`;
  return `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(contentBytes / chunkBytes)}0\r\n\r\n`;
}

/** What one read of a socket gives. */
const READ_BYTES = 65_536;

/** The bytes in pieces as a socket would give them. */
export function piecesOf(text: string): Uint8Array[] {
  const bytes = Buffer.from(text, "latin1");
  return Array.from(
    { length: Math.ceil(bytes.length / READ_BYTES) },
    (_, index) => bytes.subarray(index * READ_BYTES, (index + 1) * READ_BYTES),
  );
}

/** A path that differs from one index to the next. */
export function countedPath(index: number): string {
  return `/items/${String(index).padStart(6, "0")}`;
}
