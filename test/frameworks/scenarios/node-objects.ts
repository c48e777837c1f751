/** @module What frameworks on node:http do with its request and response. */
import { get, type Scenario } from "../scenario.ts";

export const NODE_OBJECTS: readonly Scenario[] = [
  { name: "early hints", steps: [get("/hints")], status: [200], shows: /rel=preload[^]*hinted/ },
  {
    name: "trailers of the answer",
    steps: [get("/trailers"), get("/")],
    status: [200, 200],
    shows: /with trailers[^]*x-sum: 42/,
  },
  {
    name: "trailers of the request",
    steps: [{ method: "PUT", path: "/request-trailers", chunks: ["abc"], trailers: [["X-Sum", "7"]] }],
    status: [200],
    shows: /"x-sum":"7"/,
  },
  { name: "writeHead with a reason and values", steps: [get("/write-head")], status: [207], shows: /x-written: b/ },
  { name: "end without more", steps: [get("/implicit")], status: [200], shows: /end at once/ },
  { name: "a length that is known before", steps: [get("/known-length"), get("/")], status: [200, 200], shows: /0123456789/ },
  { name: "the socket", steps: [get("/socket")], status: [200], shows: /"remoteAddress":"127\.0\.0\.1"/ },
  {
    name: "what is known of an answer before and after",
    steps: [get("/state"), get("/last-state")],
    status: [200, 200],
    shows: /"1\.1",false,false,true,true,true,200/,
  },
  {
    name: "waiting for drain",
    steps: [get("/backpressure")],
    status: [200],
    shows: /waited$/,
    // How much is written before depends on what the system takes.
    random: [/\0+/g],
  },
];
