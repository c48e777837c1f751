/** @module Requests from the grammar of RFC 9112: most are right, some are wrong in one of the ways that have hurt servers. */
import type { Random } from "../simulation/random.ts";

const METHODS = [
  "GET",
  "GET",
  "GET",
  "POST",
  "POST",
  "PUT",
  "HEAD",
  "OPTIONS",
  "DELETE",
  "CONNECT",
  "PATCH",
  "M-SEARCH",
  "TRACE",
];
const ODD_METHODS = ["get", "G", "PRI", "X#", "A".repeat(21), "", "GET\t", "G\0T", "QUERY", "$%&"];
const TARGETS = [
  "/",
  "/a",
  "/a/b?c=d&e",
  "/%41",
  "//x",
  "/a?b?c",
  '/"<>',
  "http://h/",
  "http://h:81/a?b",
  "HTTP://h",
  "*",
  "h:80",
];
const ODD_TARGETS = [
  "",
  "a",
  "/#f",
  "/\x80",
  "/\x7f",
  "http://",
  "http:///",
  "http://u@h/",
  "http://[::1]:8/",
  "/ /",
  "*x",
  "h:0",
  "h",
];
const ODD_VERSIONS = [
  "HTTP/1.2",
  "HTTP/2.0",
  "HTTP/0.9",
  "HTTP/1.1 ",
  "http/1.1",
  "HTTP/1",
  "HTTP/01.1",
  "",
  "RTSP/1.0",
  "HTTP/1.1\t",
];
const HOSTS = ["a", "a:80", "example.com", "127.0.0.1:8000", "[::1]", "[::1]:443"];
const ODD_HOSTS = ["", "a, b", "u@a", "a:99999", "a/b", "[::1", "a b", "\xe4", "[v1.x]", "a:80:80"];
const FIELDS = [
  "X: y",
  "X-Empty:",
  "Accept:*/*",
  "x:\t blank \t",
  "X-Latin: \xe4\xff",
  "Cookie: a=b; c=d",
  "Connection: close",
  "Connection: keep-alive",
  "Connection: keep-alive, Upgrade",
  "Upgrade: websocket",
  "Expect: 100-continue",
  "Content-Type: text/plain",
  "Trailer: X-Sum",
  "X_Under: score",
  "X-Forwarded-For: 192.0.2.1, 198.51.100.2",
];
const ODD_FIELDS = [
  "Host: b",
  "Content-Length: 3",
  "Content-Length: 03",
  "Content-Length: 3, 3",
  "Content-Length: +3",
  "Content-Length: 0x3",
  "Content-Length:",
  "Content-Length: 99999999999999999999",
  "Content-Length : 3",
  "Content_Length: 3",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: Chunked",
  "Transfer-Encoding: chunked, chunked",
  "Transfer-Encoding: gzip, chunked",
  "Transfer-Encoding: chunked, identity",
  "Transfer-Encoding: identity",
  "Transfer-Encoding: xchunked",
  "Transfer-Encoding:\x0bchunked",
  "Transfer-Encoding: \tchunked\t",
  "Transfer-Encoding: chunked;q=1",
  "Transfer-Encoding: ,chunked",
  'Transfer-Encoding: "chunked"',
  "Transfer-Encoding:",
  "Transfer-Encoding : chunked",
  " folded",
  "\tContent-Length: 3",
  "no colon",
  ": no name",
  "bad name: x",
  "X: a\0b",
  "X: a\rb",
  "X: a\nb",
  "X: \x7f",
  "X\x80: y",
  "Expect: 200-ok",
  "Connection: Content-Length",
  "Connection: Transfer-Encoding",
  "Upgrade: h2c",
];

/** What mutations insert. */
export const REQUEST_SPLINTERS: readonly string[] = [
  ...'\r\n \t:\0\xff0A;"\\,=%/?#@[]',
  "\r\n",
  "\r\n\r\n",
  "\r\n ",
  "0\r\n\r\n",
  "3\r\nfoo\r\n",
  "5;a=b\r\n",
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
  "chunked",
  " HTTP/1.0\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  ...[...FIELDS, ...ODD_FIELDS].map((line) => `${line}\r\n`),
];

/** One to three requests, one after the other. */
export function generateRequests(random: Random): string {
  let text = random.chance(0.1) ? "\r\n" : "";
  for (let count = random.between(1, 3); count > 0; count -= 1) text += generateRequest(random);
  return text;
}

function generateRequest(random: Random): string {
  const odd = (): boolean => random.chance(0.04);
  const method = odd() ? random.pick(ODD_METHODS) : random.pick(METHODS);
  const target = odd() ? random.pick(ODD_TARGETS) : targetOf(method, random);
  const version = odd() ? random.pick(ODD_VERSIONS) : random.chance(0.8) ? "HTTP/1.1" : "HTTP/1.0";
  const fields = odd() ? [] : [`Host: ${odd() ? random.pick(ODD_HOSTS) : random.pick(HOSTS)}`];
  for (let count = random.between(0, 4); count > 0; count -= 1) insert(fields, random.pick(FIELDS), random);
  if (random.chance(0.12)) insert(fields, random.pick(ODD_FIELDS), random);
  const [framing, content] = contentOf(version, random);
  if (framing !== "") insert(fields, framing, random);
  return `${method} ${target} ${version}\r\n${fields.map((line) => `${line}\r\n`).join("")}\r\n${content}`;
}

function targetOf(method: string, random: Random): string {
  if (method === "CONNECT") return random.chance(0.9) ? "h:80" : random.pick(TARGETS);
  return random.chance(0.7) ? "/" : random.pick(TARGETS);
}

function insert(fields: string[], line: string, random: Random): void {
  fields.splice(random.between(0, fields.length), 0, line);
}

/** The field line that says how long the content is, and the content. */
function contentOf(version: string, random: Random): [string, string] {
  const kind = random.between(0, 9);
  if (kind < 4) return ["", ""];
  if (kind < 7) {
    const length = random.chance(0.1) ? random.between(0, 3000) : random.between(0, 12);
    return [`Content-Length: ${length}`, "c".repeat(random.chance(0.1) ? random.between(0, length) : length)];
  }
  if (version === "HTTP/1.0" && random.chance(0.9)) return ["", ""];
  return ["Transfer-Encoding: chunked", chunksOf(random)];
}

const EXTENSIONS = [";a", ";a=b", ' ; a = "b;\\"\r"', ';a="b\\"c"', ";a;b=c;d", " ;a", ";", ";a=", '; "a"', ";a=\x01"];
const TRAILERS = [
  "X-Sum: 1",
  "X: y",
  "X-Empty:",
  "Content-Length: 3",
  "Host: b",
  "Transfer-Encoding: chunked",
  "no colon",
  " folded",
];
const ODD_SIZES = ["", " 3", "3 ", "+3", "-3", "0x3", "g", "00000000000000003", "ffffffffffffffff", "fffffffffffffffff", "3\t"];

function chunksOf(random: Random): string {
  let text = "";
  for (let count = random.between(0, 3); count > 0; count -= 1) {
    const length = random.chance(0.1) ? random.between(1, 3000) : random.between(1, 20);
    const size = random.chance(0.03) ? random.pick(ODD_SIZES) : length.toString(16);
    text += sizeLine(random.chance(0.1) ? size.toUpperCase() : size, random) + "d".repeat(length) + "\r\n";
  }
  text += sizeLine(random.chance(0.1) ? "000" : "0", random);
  for (let count = random.chance(0.3) ? random.between(1, 3) : 0; count > 0; count -= 1) {
    text += `${random.chance(0.8) ? random.pick(TRAILERS.slice(0, 3)) : random.pick(TRAILERS)}\r\n`;
  }
  return `${text}\r\n`;
}

function sizeLine(size: string, random: Random): string {
  return `${size}${random.chance(0.15) ? random.pick(EXTENSIONS) : ""}\r\n`;
}
