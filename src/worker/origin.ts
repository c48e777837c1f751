/** @module Who asked and for what, where no proxy that is believed says otherwise. */
import type { PeerInfo } from "../app/application.ts";
import type { RequestHead } from "../http/events.ts";
import type { RequestOrigin } from "../http/trust-settings.ts";

/** Looks the addresses up when somebody wants to know: that costs system calls. */
export class PeerOrigin implements RequestOrigin {
  readonly scheme: "http" | "https";
  readonly authority: string;
  readonly #peer: PeerInfo;

  constructor(head: RequestHead, peer: PeerInfo) {
    this.scheme = peer.secure ? "https" : "http";
    this.authority = head.authority;
    this.#peer = peer;
  }

  get clientAddress(): string {
    return this.#peer.remoteAddress;
  }

  get clientPort(): number {
    return this.#peer.remotePort;
  }
}
