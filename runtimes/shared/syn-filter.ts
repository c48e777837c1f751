/**
 * A classic BPF program for SO_ATTACH_FILTER (socket(7)) that drops the first packet of new TCP connections. Handshakes under way and
 * connections in the accept queue are not touched, so a listener can be emptied before it is closed: close(2) resets what is queued.
 *
 * @module
 */
import { type Libc, SO_ATTACH_FILTER, SOL_SOCKET } from "./libc.ts";
import { callLibc } from "./libc-calls.ts";
import { SystemCallError } from "./system-error.ts";

/** `struct sock_filter`: code, jump if true, jump if false, operand. A socket's filter sees the packet from the TCP header on. */
const PROGRAM: readonly (readonly [code: number, jumpTrue: number, jumpFalse: number, operand: number])[] = [
  [0x30, 0, 0, 13], // ldb [13]: the flags
  [0x54, 0, 0, 0x12], // and SYN|ACK
  [0x15, 0, 1, 0x02], // jeq SYN alone
  [0x06, 0, 0, 0], // ret 0: drop
  [0x06, 0, 0, 0xffffffff], // ret all of it: accept
];

/** Attaches the filter to a listening TCP socket. Throws a SystemError about `action`. */
export function attachSynFilter(libc: Libc, fd: number, action: string): void {
  const code = new Uint8Array(PROGRAM.length * 8);
  const view = new DataView(code.buffer);
  PROGRAM.forEach(([operation, jumpTrue, jumpFalse, operand], index) => {
    view.setUint16(index * 8, operation, true);
    view.setUint8(index * 8 + 2, jumpTrue);
    view.setUint8(index * 8 + 3, jumpFalse);
    view.setUint32(index * 8 + 4, operand, true);
  });
  // `struct sock_fprog` holds an address, and no two FFI libraries agree on how to ask for one; malloc(3) gives it as a plain number.
  const address = libc.call("malloc", code.length);
  if (address === 0) throw new SystemCallError(action, "ENOMEM");
  try {
    libc.call("memcpy", address, code, code.length);
    const fprog = new Uint8Array(16);
    new DataView(fprog.buffer).setUint16(0, PROGRAM.length, true);
    new DataView(fprog.buffer).setBigUint64(8, BigInt(address), true);
    callLibc(libc, action, "setsockopt", fd, SOL_SOCKET, SO_ATTACH_FILTER, fprog, fprog.length);
  } finally {
    libc.call("free", address);
  }
}
