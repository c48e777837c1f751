/** @module What an accepted connection looks like to those who ask a `net.Socket`. */
import { Duplex } from "node:stream";
import type { PeerInfo } from "../../../src/app/application.ts";

/** The part of a socket that only shows, and what the server has decided already. */
export class SocketFace extends Duplex {
  readonly connecting: boolean = false;
  readonly pending: boolean = false;
  bytesRead = 0;
  bytesWritten = 0;
  /** The ends of the connection, or those that a PROXY header names. */
  private readonly peer: PeerInfo;

  constructor(peer: PeerInfo) {
    super({ allowHalfOpen: true });
    this.peer = peer;
  }

  /** The server has set it already. */
  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  resetAndDestroy(): this {
    return this.destroy();
  }

  address(): { readonly address: string; readonly family: string; readonly port: number } | Record<string, never> {
    const { localAddress, localFamily, localPort } = this;
    if (localAddress === undefined || localFamily === undefined || localPort === undefined) return {};
    return { address: localAddress, family: localFamily, port: localPort };
  }

  get remoteAddress(): string | undefined {
    const { remoteAddress } = this.peer;
    return remoteAddress === "" ? undefined : remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.peer.remoteAddress === "" ? undefined : this.peer.remotePort;
  }

  get remoteFamily(): string | undefined {
    return familyOf(this.peer.remoteAddress);
  }

  get localAddress(): string | undefined {
    const { localAddress } = this.peer;
    return localAddress === "" ? undefined : localAddress;
  }

  get localPort(): number | undefined {
    return this.peer.localAddress === "" ? undefined : this.peer.localPort;
  }

  get localFamily(): string | undefined {
    return familyOf(this.peer.localAddress);
  }

  get readyState(): string {
    if (this.destroyed) return "closed";
    if (this.readable && this.writable) return "open";
    return this.readable ? "readOnly" : "writeOnly";
  }

  get bufferSize(): number {
    return this.writableLength;
  }
}

function familyOf(address: string): string | undefined {
  if (address === "" || address === "unknown") return undefined;
  return address.includes(":") ? "IPv6" : "IPv4";
}
