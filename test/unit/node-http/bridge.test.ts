import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import process from "node:process";
import { describe, it } from "node:test";
import { nodeHttp } from "../../../runtimes/shared/node-http/port.ts";
import type { BridgeHost } from "../../../src/app/bridge.ts";
import { type Rig, rig, type RigOptions } from "../worker/rig.ts";

const GET = "GET /path HTTP/1.1\r\nHost: a\r\n\r\n";

interface Bridged extends Rig {
  readonly errors: string[];
}

function bridge(target: (request: IncomingMessage, response: ServerResponse) => unknown, options: RigOptions = {}): Bridged {
  return serve(http.createServer(target), options);
}

function serve(server: http.Server, options: RigOptions = {}): Bridged {
  const errors: string[] = [];
  const application = nodeHttp.serve(server, host(errors));
  return { ...rig({ ...options, handle: (exchange) => application.handle(exchange) }), errors };
}

function host(errors: string[] = []): BridgeHost {
  return {
    worker: { pid: 1, age: 1 },
    addresses: [{ kind: "tcp", host: "127.0.0.1", port: 8000, family: 4 }],
    isMultiprocess: false,
    lightObjects: true,
    keepaliveMs: 2_000,
    log: () => {},
    onError: (error) => void errors.push(String(error)),
  };
}

/** Until everything that was begun has happened. */
async function turns(count = 4): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

describe("the node bridge", () => {
  it("gives genuine objects, whose prototypes may be replaced", async () => {
    const { socket, send } = bridge((request, response) => {
      assert.ok(request instanceof http.IncomingMessage && response instanceof http.ServerResponse);
      Object.setPrototypeOf(request, Object.create(http.IncomingMessage.prototype));
      Object.setPrototypeOf(response, Object.create(http.ServerResponse.prototype));
      response.end(request.url);
    });
    send(GET);
    await turns();
    assert.match(socket.sent, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n\/path$/);
  });

  it("sends a head and a short body in one write, and nothing twice", async () => {
    const { socket, send } = bridge((_, response) => void response.end("hello"));
    send(GET + GET);
    await turns();
    assert.equal(socket.writes.length, 1);
    assert.equal(socket.sent.split("hello").length, 3);
  });

  it("makes the application wait for a client that takes nothing", async () => {
    const results: unknown[] = [];
    const { socket, send } = bridge((_, response) => {
      response.on("drain", () => results.push("drain"));
      response.on("finish", () => results.push("finish"));
      results.push(response.write("a".repeat(100_000), () => results.push("written")));
      results.push(response.writableNeedDrain);
    });
    socket.accepts = false;
    send(GET);
    await turns();
    assert.deepEqual(results.slice(0, 1), [false]);
    assert.ok(!results.includes("drain") && !results.includes("written"));
    for (let round = 0; round < 4; round++) socket.drain();
    await turns();
    assert.ok(results.includes("drain") && results.includes("written"));
  });

  it("says finish when the client has room, not before", async () => {
    const events: string[] = [];
    const { socket, send, exchanges } = bridge((_, response) => {
      response.on("finish", () => events.push("finish"));
      response.on("close", () => events.push("close"));
      response.end("a".repeat(300_000));
    });
    socket.accepts = false;
    send(GET);
    await turns();
    assert.deepEqual(events, []);
    assert.equal(exchanges[0]?.answered, true);
    for (let round = 0; round < 8; round++) socket.drain();
    await turns();
    assert.deepEqual(events, ["finish", "close"]);
  });

  it("reads from the client only what the application reads", async () => {
    let taken: IncomingMessage | null = null;
    const { socket, send } = bridge((request) => {
      taken = request;
    });
    send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n");
    for (let part = 0; part < 20; part++) send("x".repeat(16_384));
    await turns();
    assert.equal(socket.paused, true);
    assert.equal((taken as IncomingMessage | null)?.readableLength, 0);
    (taken as IncomingMessage | null)?.resume();
    await turns();
    assert.equal(socket.paused, false);
  });

  it("marks the answer as the last one when the worker drains, whatever the application says", async () => {
    const { socket, send, host: connections } = bridge((_, response) => {
      response.setHeader("Connection", "keep-alive");
      response.setHeader("Keep-Alive", "timeout=99");
      connections.draining = true;
      response.end("last");
    });
    send(GET);
    await turns();
    assert.match(socket.sent, /\r\nConnection: close\r\n/);
    assert.doesNotMatch(socket.sent, /keep-alive/i);
    assert.equal(socket.ended, true);
  });

  it("says Connection: close also where the application took the field away", async () => {
    const { socket, send } = bridge((_, response) => {
      response.removeHeader("Connection");
      response.end("last");
    }, { draining: true });
    send(GET);
    await turns();
    assert.match(socket.sent, /\r\nConnection: close\r\n\r\nlast$/);
  });

  it("keeps the list of fields that the parser shares out of the application's hands", async () => {
    const seen: string[] = [];
    const { send } = bridge((request, response) => {
      seen.push(request.rawHeaders.join());
      request.rawHeaders[1] = "changed";
      response.end();
    });
    send(GET);
    await turns();
    send(GET);
    await turns();
    assert.deepEqual(seen, ["Host,a", "Host,a"]);
  });

  it("gives one socket for all requests of a connection, and a new one for the next connection", async () => {
    const sockets: unknown[] = [];
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      sockets.push(request.socket);
      response.end();
    };
    const { send } = bridge(listener);
    send(GET);
    await turns();
    send(GET);
    await turns();
    bridge(listener).send(GET);
    await turns();
    assert.equal(sockets[0], sockets[1]);
    assert.notEqual(sockets[0], sockets[2]);
  });

  it("ends a response that nobody waits for any more, and takes what is written to it", async () => {
    const events: string[] = [];
    let answer: ServerResponse | null = null;
    const { socket, send } = bridge((_, response) => {
      answer = response;
      response.on("close", () => events.push(`close ${response.writableFinished}`));
    });
    send(GET);
    socket.destroy();
    await turns();
    const response = answer as ServerResponse | null;
    assert.deepEqual(events, ["close false"]);
    assert.equal(response?.destroyed, true);
    response?.on("error", () => {});
    response?.end("too late");
    await turns();
    assert.equal(socket.sent, "");
  });

  it("tells of the end of a connection in a turn of its own, where nothing that is thrown reaches the worker", async () => {
    const told: string[] = [];
    const { socket, send, connection } = bridge((request, response) => {
      request.on("aborted", () => told.push("aborted"));
      response.on("close", () => told.push("close"));
    });
    send(GET);
    assert.doesNotThrow(() => connection.abandon("The test ends it"));
    assert.deepEqual(told, [], "in the turn of the worker");
    await turns();
    assert.deepEqual(told, ["aborted", "close"]);
    assert.equal(socket.destroyed, true);
  });

  it("breaks off in the middle where more is written than was declared", async () => {
    const { socket, send, log } = bridge((_, response) => {
      response.setHeader("Content-Length", 5);
      response.write("12345");
      setImmediate(() => response.end("and more"));
    });
    send(GET);
    await turns();
    assert.match(socket.sent, /\r\n\r\n12345$/);
    assert.equal(socket.ended, true);
    assert.match(log.join("\n"), /more than the declared 5 bytes/);
  });

  it("keeps no connection whose client cannot see where the content ends", async () => {
    const length = { "Content-Length": "5" };
    for (const fields of [{}, length, Object.entries(length).flat()]) {
      const { socket, send, exchanges } = bridge((_, response) => {
        if (Array.isArray(fields)) response.writeHead(200, [...fields, "TRANSFER-ENCODING", "gzip"]);
        else response.writeHead(200, { ...fields, "Transfer-Encoding": "gzip" });
        response.end("12345");
      });
      send(GET + GET);
      await turns();
      assert.match(socket.sent, /\r\nTransfer-Encoding: gzip\r\n[^]*\r\n\r\n12345$/i);
      assert.match(socket.sent, /\r\nConnection: close\r\n/);
      assert.doesNotMatch(socket.sent, /keep-alive|content-length/i);
      assert.deepEqual([exchanges.length, socket.ended], [1, true]);
    }
  });

  it("sends no interim status as an answer: the client would take the next one for it", async () => {
    for (const status of [100, 101, 102, 103, 199]) {
      const { socket, send, log } = bridge((_, response) => {
        response.statusCode = status;
        response.end();
      });
      send(GET);
      await turns();
      assert.match(socket.sent, /^HTTP\/1\.1 500 /, String(status));
      assert.match(log.join("\n"), new RegExp(`Status ${status} is `));
    }
  });

  it("answers 500 for an async listener of a server that rejects, and breaks off behind a head", async () => {
    for (const begins of [false, true]) {
      const { socket, send, log } = bridge(async (_, response) => {
        if (begins) response.write("begun");
        await Promise.resolve();
        throw new Error("rejected");
      });
      send(GET);
      await turns();
      if (begins) assert.doesNotMatch(socket.sent, /\r\n0\r\n/);
      else assert.match(socket.sent, /^HTTP\/1\.1 500 /);
      assert.equal(socket.ended, true);
      assert.match(log.join("\n"), /Error: rejected/);
    }
  });

  it("leaves what async listeners reject with to a server that was made to look after it", async () => {
    const rejections: unknown[] = [];
    const server = new http.Server();
    Object.defineProperty(server, Symbol.for("nodejs.rejection"), {
      value: (error: Error, event: unknown) => rejections.push(error.message, event),
    });
    const emitter = new EventEmitter({ captureRejections: true });
    for (const key of Reflect.ownKeys(emitter)) {
      if (String(key).includes("kCapture") || key === "emit") Reflect.set(server, key, Reflect.get(emitter, key));
    }
    server.on("request", async () => {
      throw new Error("rejected");
    });
    const { socket, send } = serve(server);
    send(GET);
    await turns();
    assert.deepEqual(rejections, ["rejected", "request"]);
    assert.equal(socket.sent, "");
  });

  it("sends interim answers to HTTP/1.1 clients only", async () => {
    const listener = (_: IncomingMessage, response: ServerResponse): void => {
      response.writeEarlyHints({ link: "</a.css>; rel=preload" });
      response.end();
    };
    const modern = bridge(listener);
    modern.send(GET);
    const old = bridge(listener);
    old.send("GET / HTTP/1.0\r\n\r\n");
    await turns();
    assert.match(modern.socket.sent, /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 200/);
    assert.match(old.socket.sent, /^HTTP\/1\.1 200/);
  });

  it("tells tools for tracing of requests", async () => {
    const { subscribe, unsubscribe } = await import("node:diagnostics_channel");
    const heard: string[] = [];
    const listen = (message: unknown, name: string | symbol): void => {
      if (message instanceof Object && "request" in message && "socket" in message) heard.push(String(name));
    };
    const names = ["http.server.request.start", "http.server.response.finish"];
    for (const name of names) subscribe(name, listen);
    const { send } = bridge((_, response) => void response.end());
    send(GET);
    await turns();
    for (const name of names) unsubscribe(name, listen);
    assert.deepEqual(heard, names);
  });

  it("uses the classes that a server was made with", async () => {
    class OwnRequest extends http.IncomingMessage {
      get shout(): string {
        return String(this.url).toUpperCase();
      }
    }
    const { socket, send } = serve(
      http.createServer({ IncomingMessage: OwnRequest }, (request, response) => void response.end(request.shout)),
    );
    send(GET);
    await turns();
    assert.match(socket.sent, process.versions["bun"] ? /^HTTP/ : /\r\n\r\n\/PATH$/);
  });

  it("refuses a server that listens by itself", async () => {
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    assert.throws(() => nodeHttp.serve(server, host()), /listens by itself already: take its listen\(\) out/);
    await new Promise<void>((resolve) => void server.close(() => resolve()));
  });

  it("knows servers of node:http from everything else", () => {
    assert.equal(nodeHttp.isServer(http.createServer()), true);
    for (const value of [null, {}, () => {}, { listen: () => {} }]) assert.equal(nodeHttp.isServer(value), false);
  });
});

describe("an upgrade of the node bridge", () => {
  const UPGRADE = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";

  function upgrading(listener: (socket: import("node:net").Socket, head: Buffer) => void): Bridged {
    return serve(
      http.createServer().on("upgrade", (_, socket, head) => listener(socket as import("node:net").Socket, head)),
    );
  }

  it("hands over what came behind the head, and then the rest in order", async () => {
    const parts: string[] = [];
    const { send, finish } = upgrading((socket, head) => {
      parts.push(String(head));
      socket.on("data", (part) => parts.push(String(part)));
      socket.on("end", () => parts.push("end"));
    });
    send(`${UPGRADE}one`);
    send("two");
    await turns();
    send("three");
    finish();
    await turns();
    assert.deepEqual(parts, ["one", "two", "three", "end"]);
  });

  it("makes either side wait for the other", async () => {
    let taken: import("node:net").Socket | null = null;
    const { socket, send } = upgrading((duplex) => {
      taken = duplex;
    });
    send(UPGRADE);
    await turns();
    for (let part = 0; part < 20; part++) send("x".repeat(16_384));
    await turns();
    assert.equal(socket.paused, true);
    socket.accepts = false;
    const duplex = taken as import("node:net").Socket | null;
    let written = 0;
    duplex?.write("a".repeat(100_000), () => written++);
    duplex?.write("b", () => written++);
    await turns();
    assert.deepEqual([written, duplex?.writableNeedDrain], [0, true]);
    socket.drain();
    await turns();
    assert.equal(written, 2);
    duplex?.resume();
    await turns();
    assert.equal(socket.paused, false);
  });

  it("destroys the socket where an async listener rejects", async () => {
    const { socket, send, errors } = serve(
      http.createServer().on("upgrade", async () => {
        await Promise.resolve();
        throw new Error("rejected");
      }),
    );
    send(UPGRADE);
    await turns();
    assert.equal(socket.destroyed, true);
    assert.deepEqual(errors, ["Error: rejected"]);
  });

  it("gives what came before the end of the connection to an application that reads late", async () => {
    const parts: string[] = [];
    let taken: import("node:net").Socket | null = null;
    const { socket, send, finish } = upgrading((duplex) => {
      taken = duplex;
      duplex.end("bye");
    });
    send(UPGRADE);
    for (let part = 0; part < 4; part++) send("x".repeat(16_384));
    finish();
    await turns();
    socket.destroy();
    await turns();
    const duplex = taken as import("node:net").Socket | null;
    assert.equal(duplex?.destroyed, false);
    duplex?.on("data", (part) => parts.push(String(part)));
    duplex?.on("end", () => parts.push("end"));
    await turns();
    assert.equal(parts.join("").length, 4 * 16_384 + "end".length);
    assert.equal(duplex?.destroyed, true);
  });

  it("ends, and closes when both sides have", async () => {
    const events: string[] = [];
    const { socket, send, finish } = upgrading((duplex) => {
      duplex.on("close", () => events.push("close"));
      duplex.resume();
      duplex.end("bye");
    });
    send(UPGRADE);
    await turns();
    assert.equal(socket.sent, "bye");
    assert.equal(socket.ended, true);
    finish();
    await turns();
    assert.deepEqual(events, ["close"]);
    assert.equal(socket.destroyed, true);
  });

  it("closes when the connection is lost, and fails what is written then", async () => {
    const events: string[] = [];
    let duplex: import("node:net").Socket | null = null;
    const { socket, send } = upgrading((taken) => {
      duplex = taken;
      taken.on("close", () => events.push("close"));
    });
    send(UPGRADE);
    await turns();
    socket.destroy();
    await turns();
    assert.deepEqual(events, ["close"]);
    (duplex as import("node:net").Socket | null)?.write(
      "late",
      (error) => events.push(String(error !== undefined && error !== null)),
    );
    await turns();
    assert.deepEqual(events, ["close", "true"]);
  });
});
