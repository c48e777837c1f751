/**
 * Who is at the other end: the socket's ends, the ones that a PROXY header names, and what the trust rules make of a head.
 *
 * @module
 */
import type { PeerInfo } from "../app/application.ts";
import type { RequestHead } from "../http/events.ts";
import type { Judgement } from "../http/trust-rules.ts";
import type { ClientSocket } from "../runtime/port.ts";
import type { ConnectionHost } from "./connection-host.ts";
import { SocketPeer } from "./peer.ts";
import { ProxyStage } from "./proxy-stage.ts";

export class Client {
  /** The socket's ends, or those that a PROXY header named. */
  peer: PeerInfo;
  private readonly host: ConnectionHost;
  private stage: ProxyStage | null;
  /** The parser gives the same head again for the same bytes, which is then not judged again. */
  private judgedHead: RequestHead | null = null;
  private judgement: Judgement | null = null;

  constructor(socket: ClientSocket, host: ConnectionHost) {
    const { proxyProtocol, trust } = host;
    this.host = host;
    this.peer = new SocketPeer(socket);
    this.stage = proxyProtocol === "off" ? null : new ProxyStage(proxyProtocol, trust);
    // A socket that is closed has forgotten its address, and the log wants it then.
    if (host.access !== null) void this.peer.remoteAddress;
  }

  /** Whether a part of what may be a PROXY header is here. */
  get isIntroducing(): boolean {
    return this.stage !== null && this.stage.hasBegun;
  }

  /**
   * Reads the beginning of the connection. Gives the bytes behind a PROXY header, or all where there is none; null: more must come. Throws a
   * `RemoteProtocolError`.
   */
  introduce(bytes: Uint8Array): Uint8Array | null {
    const { stage } = this;
    if (stage === null) return bytes;
    const rest = stage.read(bytes, this.peer);
    if (rest === null) return null;
    this.peer = stage.peer ?? this.peer;
    this.stage = null;
    return rest;
  }

  /** What the trust rules say of a head; null: nothing, it counts as it is. Throws a `RemoteProtocolError` where they refuse it. */
  judge(head: RequestHead): Judgement | null {
    if (head !== this.judgedHead) {
      this.judgedHead = null;
      this.judgement = this.host.trust.judge(head, this.peer);
      this.judgedHead = head;
    }
    return this.judgement;
  }

  /** Only what repeats within moments is worth being remembered: a head may be large, and connections wait by the thousand. */
  forget(): void {
    this.judgedHead = null;
    this.judgement = null;
  }
}
