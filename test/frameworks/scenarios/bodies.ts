/** @module What is uploaded, to every framework. */
import { get, postJson, type Scenario, send } from "../scenario.ts";

const BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const LARGE = Buffer.alloc(1_000_000, "0123456789");
const ITEMS = { items: Array.from({ length: 15_000 }, (_, id) => ({ id, text: "some text that makes it long, with ünïcode" })) };

/** A form of one field and two files, one of them binary. */
export const FORM: Uint8Array = Buffer.concat([
  Buffer.from(
    '--xxBOUNDARYxx\r\nContent-Disposition: form-data; name="title"\r\n\r\nGrüße\r\n' +
      '--xxBOUNDARYxx\r\nContent-Disposition: form-data; name="small"; filename="small.txt"\r\n' +
      "Content-Type: text/plain\r\n\r\nsmall file\n\r\n" +
      '--xxBOUNDARYxx\r\nContent-Disposition: form-data; name="large"; filename="large.bin"\r\n' +
      "Content-Type: application/octet-stream\r\n\r\n",
  ),
  BYTES,
  LARGE.subarray(0, 300_000),
  Buffer.from("\r\n--xxBOUNDARYxx--\r\n"),
]);
export const MULTIPART: { readonly "Content-Type": string } = { "Content-Type": "multipart/form-data; boundary=xxBOUNDARYxx" };

export const BODIES: readonly Scenario[] = [
  { name: "a JSON body", steps: [postJson("/json", { a: [1, "zwei", null], ü: true })], status: [200], shows: /"a":\[1/ },
  {
    name: "JSON in chunks",
    steps: [{
      method: "POST",
      path: "/json",
      chunks: ['{"a"', ":", "[1,2", "]}"],
      fields: [["Content-Type", "application/json"]],
    }],
    status: [200],
    shows: /\[1,2\]/,
  },
  { name: "JSON of 1 MB", steps: [postJson("/json-size", ITEMS)], status: [200], shows: /15000/ },
  {
    name: "a urlencoded form",
    steps: [send("POST", "/form", "a=1&b=two+words&c=%C3%A9", { "Content-Type": "application/x-www-form-urlencoded" })],
    status: [200],
    shows: /two words/,
  },
  { name: "a multipart form with files", steps: [send("POST", "/upload", FORM, MULTIPART)], status: [200], shows: /300256/ },
  {
    name: "a multipart form in chunks",
    steps: [{
      method: "POST",
      path: "/upload",
      chunks: [FORM.subarray(0, 100), FORM.subarray(100, 70_000), FORM.subarray(70_000)],
      fields: Object.entries(MULTIPART),
    }],
    status: [200],
    shows: /large\.bin/,
  },
  { name: "a binary body", steps: [send("PUT", "/echo", BYTES)], status: [200] },
  { name: "an empty body", steps: [send("PUT", "/echo", "")], status: [200] },
  { name: "a body of 1 MB, echoed", steps: [send("PUT", "/echo", LARGE), get("/")], status: [200, 200] },
  {
    name: "a chunked upload with trailers",
    steps: [{ method: "PUT", path: "/echo", chunks: ["abc", BYTES, "d".repeat(20_000)], trailers: [["X-Sum", "1"]] }],
    status: [200],
  },
  {
    name: "an upload that is echoed as a stream",
    steps: [{ method: "PUT", path: "/echo-stream", chunks: ["one", "two", LARGE] }, get("/")],
    status: [200, 200],
  },
  {
    name: "Expect: 100-continue",
    steps: [{ method: "PUT", path: "/echo", body: "as expected", expectsContinue: true }],
    status: [200],
    shows: /as expected/,
  },
  {
    name: "a body that nobody reads, and the next request",
    steps: [send("GET", "/", "ignored"), send("POST", "/unknown", "x".repeat(5_000)), get("/")],
    status: [200, 404, 200],
  },
];
