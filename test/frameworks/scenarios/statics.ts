/** @module Static files, of every framework that serves them. */
import { ask, fieldOfLast, get, type Scenario } from "../scenario.ts";

export const STATICS: readonly Scenario[] = [
  { name: "a file", steps: [get("/static/hello.txt")], status: [200], shows: /hello, file/ },
  { name: "a file's HEAD", steps: [ask("HEAD", "/static/hello.txt")], status: [200] },
  { name: "a large file", steps: [get("/static/large.txt"), get("/")], status: [200, 200] },
  { name: "a binary file", steps: [get("/static/bytes.bin")], status: [200] },
  { name: "a file of no bytes", steps: [get("/static/empty.txt"), get("/")], status: [200, 200] },
  { name: "a file with a space in its name", steps: [get("/static/with%20space.txt")], status: [200] },
  {
    name: "types of files",
    steps: [get("/static/page.html"), get("/static/data.json")],
    status: [200, 200],
    shows: /text\/html/,
  },
  { name: "the index of a folder", steps: [get("/static/sub/")], status: [200], shows: /index of sub/ },
  { name: "a file that is missing", steps: [get("/static/missing.txt")], status: [404] },
  {
    name: "a path that leaves the folder",
    steps: [get("/static/%2e%2e%2f%2e%2e%2fetc/passwd"), get("/static/..%5c..%5cetc/passwd")],
    status: [404, 404],
  },
];

/** Of servers of files that know ETag and Range. */
export const CONDITIONAL: readonly Scenario[] = [
  {
    name: "a file that has not changed, by its ETag",
    steps: [
      get("/static/hello.txt"),
      (before) => get("/static/hello.txt", { "If-None-Match": fieldOfLast(before, "etag") }),
      get("/"),
    ],
    status: [200, 304, 200],
  },
  {
    name: "a file that has not changed, by its time",
    steps: [
      get("/static/hello.txt", { "If-Modified-Since": "Tue, 14 Nov 2023 22:13:20 GMT" }),
      get("/static/hello.txt", {
        "If-Modified-Since": "Tue, 14 Nov 2023 22:13:19 GMT",
      }),
    ],
    status: [304, 200],
  },
  {
    name: "ranges of a file",
    steps: [
      get("/static/bytes.bin", { Range: "bytes=10-19" }),
      get("/static/bytes.bin", { Range: "bytes=-5" }),
      get("/static/bytes.bin", { Range: "bytes=69990-" }),
      get("/static/bytes.bin", { Range: "bytes=99999999-" }),
      ask("HEAD", "/static/bytes.bin", { Range: "bytes=0-4" }),
    ],
    status: [206, 206, 206, 416, 206],
  },
  {
    name: "a range of a file that has not changed",
    steps: [
      get("/static/hello.txt"),
      (before) => get("/static/hello.txt", { Range: "bytes=0-4", "If-Range": fieldOfLast(before, "last-modified") }),
    ],
    status: [200, 206],
  },
];
