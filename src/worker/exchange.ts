/**
 * One request and its answer on a connection: what the application bridge holds.
 *
 * @module
 */
import type { ConnectionCompanion, Exchange, PeerInfo, RawAnswer, RawHead, TakenConnection } from "../app/application.ts";
import { LocalProtocolError, RemoteProtocolError } from "../http/errors.ts";
import type { Fields, RequestHead } from "../http/events.ts";
import { decideResponseFraming, type ResponseFraming } from "../http/framing.ts";
import { asksToClose } from "../http/response-fields.ts";
import type { ResponseHead } from "../http/response-head.ts";
import type { Judgement } from "../http/trust-rules.ts";
import type { RequestOrigin } from "../http/trust-settings.ts";
import { chunkPrefix, encodeHead, LAST_CHUNK, lastChunk } from "../http/writer.ts";
import { JOIN_BYTES } from "./bounds.ts";
import type { Connection } from "./connection.ts";
import { logFailure } from "./failure-log.ts";
import { checkHandover, encodeHandover } from "./handover.ts";
import { encodeHint } from "./hints.ts";
import { logInvalidRequest, refusalPage } from "./invalid-request.ts";
import { Measure } from "./measure.ts";
import { PeerOrigin } from "./origin.ts";
import { mayPersist } from "./persistence.ts";
import { Quiet } from "./quiet.ts";
import { ConnectionBody } from "./request-body.ts";
import { withLengthOfGet } from "./response-length.ts";

const NO_BYTES = new Uint8Array(0);
const END_OF_HEAD = "\r\n\r\n";
const SWITCHING_PROTOCOLS = 101;
// deno-lint-ignore no-control-regex
const ASCII_ONLY = /^[\x00-\x7f]*$/;

/** `open`: nothing said. `streaming`: the head is out. `ending`: complete, but not handed over. `ended`: that too, or broken off. */
type AnswerPhase = "open" | "streaming" | "ending" | "ended";

export class ConnectionExchange implements Exchange, RawAnswer {
  readonly head: RequestHead;
  readonly body: ConnectionBody | null;
  aborted = false;
  private readonly connection: Connection;
  private readonly judgement: Judgement | null;
  private answer: AnswerPhase = "open";
  private framing: ResponseFraming | null = null;
  private persistent = false;
  private status = 0;
  /** While the head of a raw answer is not written, what it lacks. */
  private bodyBytes = 0;
  /** Content beyond this would be read as the next response. */
  private limitBytes = Number.POSITIVE_INFINITY;
  private abortListener: ((reason: Error) => void) | null = null;
  private abortReason: Error | null = null;
  private drainWaiters: (() => void)[] | null = null;
  private quiet: Quiet | null = null;
  /** Null where the log does not want it. */
  private readonly measure: Measure | null;

  /** `head` as the trust rules leave it; `judgement`: what they found in it. */
  constructor(connection: Connection, head: RequestHead, judgement: Judgement | null) {
    this.connection = connection;
    this.head = head;
    this.judgement = judgement;
    this.body = head.framing.kind === "none" ? null : new ConnectionBody(connection, head.expectContinue);
    const { access } = connection.host;
    const nowMs = access === null ? null : access.nowMs ?? null;
    this.measure = nowMs === null ? null : new Measure(nowMs);
  }

  get peer(): PeerInfo {
    return this.connection.peer;
  }

  get origin(): RequestOrigin {
    return this.judgement?.origin ?? new PeerOrigin(this.head, this.connection.peer);
  }

  get answered(): boolean {
    return this.answer !== "open";
  }

  /** Whether an answer was begun whose end is that of the connection: cut short, it would pass for whole. */
  get endsWithConnection(): boolean {
    return this.framing?.kind === "close";
  }

  /** Nothing more can be said. */
  private get isSaid(): boolean {
    return this.answer === "ended" || this.answer === "ending";
  }

  onAbort(run: (reason: Error) => void): void {
    this.abortListener = run;
    if (this.abortReason !== null) run(this.abortReason);
  }

  sendInterim(status: number, fields: Fields): void {
    if (this.aborted) return;
    const text = encodeHint(status, fields);
    const { output } = this.connection;
    // Hints only: a client that does not take its bytes gets none, so that they cannot pile up.
    if (this.answer === "open" && this.head.minorVersion === 1 && output.isWritable) output.send(text);
  }

  respond(head: ResponseHead, body: string | Uint8Array | null): void {
    if (typeof body === "string" && body.length <= JOIN_BYTES && ASCII_ONLY.test(body)) {
      if (!this.begin(head, body.length)) return;
      if (this.takesContent()) {
        this.bodyBytes = body.length;
        this.connection.output.queue(body);
      }
      return this.complete();
    }
    const bytes = typeof body === "string" ? this.connection.host.bytes.utf8(body) : body ?? NO_BYTES;
    if (!this.begin(head, bytes.length)) return;
    if (!this.takesContent()) return this.complete();
    this.bodyBytes = bytes.length;
    this.connection.output.sendBytes(bytes);
    this.completeWhenSent();
  }

  start(head: ResponseHead): void {
    if (!this.begin(head, null)) return;
    this.answer = "streaming";
    this.connection.output.send("");
  }

  write(bytes: Uint8Array): boolean {
    if (this.isSaid || bytes.length === 0) return true;
    if (this.answer === "open") throw new LocalProtocolError("response_order", "write() before start()");
    const framing = this.framing;
    if (framing === null || !this.takesContent()) return true;
    this.bodyBytes += bytes.length;
    if (framing.kind === "length" && this.bodyBytes > framing.bytes) {
      // The excess would be read as the next response.
      this.fail(new LocalProtocolError("content_length_mismatch", `more than the declared ${framing.bytes} bytes`));
      return true;
    }
    if (framing.kind === "chunked") {
      // The CRLF after a large chunk waits for the next prefix: the client has the data, and a packet is saved.
      this.connection.output.queue(chunkPrefix(bytes.length));
      this.connection.output.sendBytes(bytes);
      if (bytes.length > JOIN_BYTES) this.connection.output.queue("\r\n");
      else this.connection.output.send("\r\n");
    } else {
      this.connection.output.sendBytes(bytes);
    }
    return this.connection.output.isWritable;
  }

  drained(): Promise<void> {
    if (this.answer === "ended" || this.connection.output.isWritable) return Promise.resolve();
    return new Promise((resolve) => (this.drainWaiters ??= []).push(resolve));
  }

  end(trailers?: Fields): void {
    if (this.isSaid) return;
    if (this.answer === "open") throw new LocalProtocolError("response_order", "end() before start()");
    if (this.framing?.kind === "length" && this.bodyBytes < this.framing.bytes) {
      return this.fail(new LocalProtocolError("content_length_mismatch", `${this.bodyBytes} of ${this.framing.bytes} bytes`));
    }
    if (this.framing?.kind === "chunked" && !this.endChunks(trailers)) return;
    this.completeWhenSent();
  }

  takeOver(head: ResponseHead | null): TakenConnection {
    if (this.aborted) return this.connection.handOverNothing();
    if (this.answer !== "open") throw new LocalProtocolError("no_upgrade", "an answer has begun");
    checkHandover(this.head);
    if (!this.connection.intake.messageEnded) {
      throw new LocalProtocolError("no_upgrade", "the request has content, which must be read to its end first");
    }
    if (head !== null) {
      const text = encodeHandover(this.head, head, this.connection.host);
      this.measure?.answered(text);
      this.connection.output.queue(text);
    }
    this.status = head?.status ?? SWITCHING_PROTOCOLS;
    this.settle();
    this.recordAccess();
    return this.connection.handOver();
  }

  fail(error: unknown): void {
    if (this.isSaid) return logFailure(this.connection.host.log, this.head, this.aborted, error);
    const remote = this.remoteCause(error);
    if (remote === null) logFailure(this.connection.host.log, this.head, this.aborted, error);
    else logInvalidRequest(this.connection.host.log, this.peer, this.judgement, remote);
    if (this.answer === "streaming") {
      this.settle();
      this.recordAccess();
      return this.connection.breakOff(this.endsWithConnection);
    }
    this.refuse(remote);
    this.complete();
  }

  // For bridges that render heads themselves.

  get raw(): RawAnswer {
    return this;
  }

  get companion(): ConnectionCompanion | null {
    return this.connection.companion;
  }

  set companion(companion: ConnectionCompanion | null) {
    this.connection.companion = companion;
  }

  get canPersist(): boolean {
    return this.mayPersist();
  }

  get server(): string | null {
    return this.connection.host.server;
  }

  sendContinue(): void {
    if (!this.aborted && this.answer === "open") this.body?.sendContinue();
  }

  sendInterimText(text: string): void {
    const { output } = this.connection;
    if (this.answer === "open" && !this.aborted && this.head.minorVersion === 1 && output.isWritable) output.send(text);
  }

  startRaw(head: RawHead): void {
    if (this.aborted) return;
    if (this.answer !== "open") throw new LocalProtocolError("response_order", "a second response");
    this.body?.answerBegan();
    this.answer = "streaming";
    this.framing = head.framing;
    this.persistent = head.persistent;
    this.status = head.status;
    this.bodyBytes = -head.sizeBytes;
    this.limitBytes = rawLimit(head.framing);
  }

  writeRaw(data: string | Uint8Array): boolean {
    if (this.isSaid || data.length === 0) return true;
    if (this.answer === "open") throw new LocalProtocolError("response_order", "writeRaw() before startRaw()");
    const isHead = this.bodyBytes < 0;
    this.bodyBytes += data.length;
    if (this.bodyBytes > this.limitBytes) {
      // Nothing was sent yet: the client can be told.
      if (isHead) this.answer = "open";
      this.fail(new LocalProtocolError("content_length_mismatch", `more than the declared ${this.limitBytes} bytes`));
      return true;
    }
    if (isHead) this.measure?.answered(typeof data === "string" ? data : this.latin1(data, data.length - this.bodyBytes));
    const { output } = this.connection;
    if (typeof data === "string") output.send(data);
    else output.sendBytes(data);
    return output.isWritable;
  }

  endRaw(): void {
    if (this.isSaid) return;
    if (this.framing?.kind === "length" && this.bodyBytes < this.framing.bytes) {
      return this.fail(new LocalProtocolError("content_length_mismatch", `${this.bodyBytes} of ${this.framing.bytes} bytes`));
    }
    const { output, intake } = this.connection;
    if (output.corked || !intake.hasPipelined) return this.completeWhenSent();
    // The next request is here, and must not reach the application in the middle of what it does behind `res.end()`.
    this.answer = "ending";
    queueMicrotask(() => {
      if (this.answer === "ending") this.completeWhenSent();
    });
  }

  destroy(): void {
    this.connection.abandon("The application destroyed the connection");
  }

  // What the connection tells.

  /** The client will send nothing more; it may still read. */
  peerEnded(): void {
    this.notifyAbort(new Error("The client ended its side of the connection"));
  }

  /** Asked every sweep after that, while the client takes what there is. True: a stream has had nothing for it for long. */
  isQuiet(nowMs: number): boolean {
    return this.answer === "streaming" && (this.quiet ??= new Quiet()).isOver(this.bodyBytes, nowMs);
  }

  /** The answer, where none has begun: a page. The exchange is to be ended behind it. Null: an error of ours. */
  refuse(error: RemoteProtocolError | null): void {
    const page = refusalPage(error, this.connection.host, this.head.method === "HEAD");
    this.status = error?.status ?? 500;
    this.framing = null;
    this.persistent = false;
    this.bodyBytes = page.length - page.indexOf(END_OF_HEAD) - END_OF_HEAD.length;
    this.measure?.answered(page);
    this.connection.output.queue(page);
  }

  /** The client is gone. */
  gone(reason: Error, unsentBytes: number): void {
    if (this.answer === "ended") return;
    this.aborted = true;
    this.bodyBytes -= unsentBytes;
    this.body?.fail(reason);
    this.settle();
    this.recordAccess();
    this.notifyAbort(reason);
  }

  /** The client takes bytes again. */
  writable(): void {
    if (this.answer === "ending") this.completeWhenSent();
    else this.releaseDrainWaiters();
  }

  bodyTimedOut(error: RemoteProtocolError): void {
    this.body?.fail(error);
  }

  // Inside.

  /** Encodes and queues the head. False: the client is gone and nobody wants it. */
  private begin(head: ResponseHead, knownBytes: number | null): boolean {
    if (this.aborted) return false;
    if (this.answer !== "open") throw new LocalProtocolError("response_order", "a second response");
    if (head.status === SWITCHING_PROTOCOLS) {
      throw new LocalProtocolError(
        "no_upgrade",
        "a response with status 101 is sent by taking the connection over, and in no other way",
      );
    }
    const host = this.connection.host;
    const framing = decideResponseFraming(this.head, head, knownBytes);
    // After CONNECT the client would speak another protocol, to nobody.
    const persistent = framing.kind !== "close" && this.head.method !== "CONNECT" && this.mayPersist() &&
      !asksToClose(head);
    const text = encodeHead(this.head.method === "HEAD" ? withLengthOfGet(head, knownBytes) : head, {
      framing,
      requestMinorVersion: this.head.minorVersion,
      persistent,
      date: host.date,
      server: host.server,
    });
    this.body?.answerBegan();
    this.measure?.answered(text);
    this.framing = framing;
    this.persistent = persistent;
    this.status = head.status;
    this.connection.output.queue(text);
    return true;
  }

  private mayPersist(): boolean {
    const { host, intake, peerEnded } = this.connection;
    return mayPersist(host, this.head, this.body, intake, peerEnded);
  }

  /** HEAD, 204, 304 and 205 end with the head, whatever the application gave (`framing.ts`). */
  private takesContent(): boolean {
    return this.framing !== null && this.framing.kind !== "none" && !(this.framing.kind === "length" && this.framing.bytes === 0);
  }

  /** False: the trailers cannot be sent. The message stays without its end, which is how the client sees that something is wrong. */
  private endChunks(trailers: Fields | undefined): boolean {
    try {
      this.connection.output.queue(trailers === undefined ? LAST_CHUNK : lastChunk(trailers));
      return true;
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  /** A large body leaves the process as fast as the client takes it; until then the connection is not free. */
  private completeWhenSent(): void {
    if (this.connection.output.isHandedOver) this.complete();
    else this.answer = "ending";
  }

  private complete(): void {
    this.settle();
    this.recordAccess();
    this.connection.finished(this.persistent);
  }

  private settle(): void {
    this.answer = "ended";
    // A reader that goes on would get the content of the next request.
    this.body?.fail(new Error("The response was complete before the content of the request was read"));
    this.abortListener = this.aborted ? this.abortListener : null;
    this.releaseDrainWaiters();
  }

  private releaseDrainWaiters(): void {
    const waiters = this.drainWaiters;
    if (waiters === null) return;
    this.drainWaiters = null;
    for (const resolve of waiters) resolve();
  }

  private notifyAbort(reason: Error): void {
    this.abortReason = reason;
    this.abortListener?.(reason);
  }

  /** The client's mistake behind an application's failure, such as a body that ended early. */
  private remoteCause(error: unknown): RemoteProtocolError | null {
    if (error instanceof RemoteProtocolError) return error;
    const failure = this.body?.failure;
    return failure instanceof RemoteProtocolError ? failure : null;
  }

  private recordAccess(): void {
    this.connection.host.access?.record({
      remoteAddress: this.judgement?.origin.clientAddress || this.connection.peer.remoteAddress,
      head: this.head,
      status: this.status === 0 ? 499 : this.status,
      bodyBytes: this.bodyBytes,
      detail: this.measure === null ? null : this.measure.detail(this.origin),
    });
  }

  private latin1(bytes: Uint8Array, end: number): string {
    return this.connection.host.bytes.latin1(bytes, 0, end);
  }
}

/** The most bytes that may follow a head that the bridge rendered. */
function rawLimit(framing: ResponseFraming): number {
  if (framing.kind === "length") return framing.bytes;
  return framing.kind === "none" ? 0 : Number.POSITIVE_INFINITY;
}
