/**
 * A TCP or unix client that waits for bytes instead of time.
 */
import { connect, type Socket } from "node:net";
import type { BoundSocket } from "../../src/runtime/port.ts";

/** A connection to a listener under test. */
export interface RawClient {
  readonly socket: Socket;
  /** Everything received so far. */
  readonly received: () => Uint8Array;
  /** Resolves when `sizeBytes` have come. */
  readonly bytes: (sizeBytes: number) => Promise<Uint8Array>;
  /** Resolves with the text up to the first newline. */
  readonly line: () => Promise<string>;
  /** Resolves when the peer has sent FIN, or the connection is gone. */
  readonly ended: Promise<void>;
  readonly closed: Promise<void>;
  readonly send: (text: string) => void;
}

/** Resolves when connected. Connections that were not closed by then are destroyed by {@link destroyClients}. */
export async function connectTo({ address }: BoundSocket): Promise<RawClient> {
  const target = address.kind === "tcp" ? { host: address.host, port: address.port } : { path: address.path.replace(/^@/, "\0") };
  const socket = connect({ ...target, allowHalfOpen: true });
  open.add(socket);
  const client = follow(socket);
  await new Promise<void>((fulfil, reject) => {
    socket.once("connect", fulfil);
    socket.once("error", reject);
  });
  return client;
}

const open = new Set<Socket>();

/** For `afterEach`. */
export function destroyClients(): void {
  for (const socket of open) socket.destroy();
  open.clear();
}

function follow(socket: Socket): RawClient {
  const chunks: Uint8Array[] = [];
  const waiting = new Set<() => void>();
  let totalBytes = 0;
  let isOver = false;
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  const look = (): void => {
    for (const check of waiting) check();
  };
  socket.on("error", () => {});
  socket.on("data", (chunk: Uint8Array) => {
    chunks.push(chunk);
    totalBytes += chunk.length;
    look();
  });
  const over = (): void => {
    isOver = true;
    look();
    end();
  };
  socket.on("end", over);
  socket.on("close", () => {
    over();
    close();
  });
  const received = (): Uint8Array => Buffer.concat(chunks);
  /** Resolves with as many bytes as `find` says once it says so. */
  const until = (find: () => number | null): Promise<Uint8Array> =>
    new Promise((fulfil, reject) => {
      const check = (): void => {
        const size = find();
        if (size === null && !isOver) return;
        waiting.delete(check);
        if (size === null) reject(new Error(`Connection ended after ${totalBytes} bytes`));
        else fulfil(received().subarray(0, size));
      };
      waiting.add(check);
      check();
    });
  return {
    socket,
    received,
    ended,
    closed,
    bytes: (sizeBytes) => until(() => totalBytes >= sizeBytes ? sizeBytes : null),
    line: async () => {
      const bytes = await until(() => {
        const end = received().indexOf(10);
        return end === -1 ? null : end;
      });
      return new TextDecoder().decode(bytes);
    },
    send: (text) => void socket.write(text),
  };
}
