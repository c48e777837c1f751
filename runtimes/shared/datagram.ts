/**
 * Sockets that send datagrams, through libc: no runtime gives a program unix datagrams, and a process that ends at once must not lose what
 * it has just sent.
 *
 * @module
 */
import type { DatagramSocket, SocketAddress } from "../../src/runtime/port.ts";
import { type Libc, MSG_DONTWAIT, MSG_NOSIGNAL, SOCK_CLOEXEC, SOCK_DGRAM } from "./libc.ts";
import { callLibc, moveHigh } from "./libc-calls.ts";
import { addressFamily, addressText, encodeSockaddr } from "./sockaddr.ts";
import { errorCode } from "./system-error.ts";

/** For {@link SocketPort.openDatagram}. Throws a SystemError. */
export function openDatagram(libc: Libc, address: SocketAddress): DatagramSocket {
  const action = `Cannot send to "${addressText(address)}"`;
  const sockaddr = encodeSockaddr(address, action);
  const fd = moveHigh(libc, callLibc(libc, action, "socket", addressFamily(address), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const encoder = new TextEncoder();
  let isOpen = true;
  const close = (): void => {
    if (isOpen) libc.call("close", fd);
    isOpen = false;
  };
  // Connected, a UDP socket hears that nobody listens. One of unix would lose a receiver that is started again.
  if (address.kind === "tcp") {
    try {
      callLibc(libc, action, "connect", fd, sockaddr, sockaddr.length);
    } catch (error) {
      close();
      throw error;
    }
  }
  const sendOnce = (bytes: Uint8Array<ArrayBuffer>): void => {
    callLibc(libc, action, "sendto", fd, bytes, bytes.length, MSG_NOSIGNAL | MSG_DONTWAIT, sockaddr, sockaddr.length);
  };
  return {
    close,
    send(text): void {
      if (!isOpen) return;
      const bytes = encoder.encode(text);
      try {
        sendOnce(bytes);
      } catch (error) {
        // What was refused is a datagram before this one, which has not been sent yet.
        if (address.kind === "tcp" && errorCode(error) === "ECONNREFUSED") sendOnce(bytes);
        throw error;
      }
    },
  };
}
