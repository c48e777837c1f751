/** @module What an application returned, as something that is asked for parts and closed once. */
import type { BridgeServices } from "../call.ts";

/** The next step of a body, at once or later. */
type Step = IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>>;

interface Steps {
  next(): Step;
  return?(): unknown;
}

const CLOSING = "closing the body of a response";

/** Nothing is asked of the application before the first {@link BodySource.next}. */
export class BodySource {
  /** Whether parts are there without waiting. */
  readonly isSynchronous: boolean;
  readonly #body: unknown;
  readonly #services: BridgeServices;
  readonly #open: () => Steps;
  #steps: Steps | null = null;
  /** It gave its end, or failed: then it is not told to return. */
  #isExhausted = false;
  /** It was asked for a part and has not answered. */
  #isAsked = false;
  #isClosed = false;

  private constructor(body: unknown, services: BridgeServices, isSynchronous: boolean, open: () => Steps) {
    this.#body = body;
    this.#services = services;
    this.isSynchronous = isSynchronous;
    this.#open = open;
  }

  /** Null for what gives no parts. */
  static of(body: unknown, services: BridgeServices): BodySource | null {
    if (body instanceof ReadableStream) return new BodySource(body, services, false, () => readerSteps(body));
    if (isAsyncIterable(body)) return new BodySource(body, services, false, () => body[Symbol.asyncIterator]());
    if (isIterable(body)) return new BodySource(body, services, true, () => body[Symbol.iterator]());
    return null;
  }

  next(): Step {
    try {
      this.#steps ??= this.#open();
      this.#isAsked = true;
      return this.#steps.next();
    } catch (error) {
      this.answered(true);
      throw error;
    }
  }

  /** The step that {@link next} gave is here. `isLast`: it is the end, or a failure. */
  answered(isLast: boolean): void {
    this.#isAsked = false;
    this.#isExhausted = isLast;
  }

  /** Ends the iteration where it is under way, then closes the body. Does so once, and never throws. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // A generator ends when it is done with what it waits for. That may be never, and a drain need not wait for it.
    if (!this.#isExhausted) runEnd(() => this.#abandon(), this.#services, !this.#isAsked);
    closeBody(this.#body, this.#services);
  }

  #abandon(): unknown {
    const body = this.#body;
    // The iterator of a Node stream, told to return, waits for the part that it was asked for, which may never come.
    if (hasMethod(body, "destroy")) return void body.destroy();
    if (this.#steps !== null) return this.#steps.return?.();
    if (body instanceof ReadableStream) return body.cancel();
    return hasMethod(body, "return") ? body.return() : undefined;
  }
}

/** Calls the `close()` of a body that has one (PEP 3333). A drain waits for a promise that it gives. Never throws. */
export function closeBody(body: unknown, services: BridgeServices): void {
  if (hasMethod(body, "close")) runEnd(() => body.close(), services, true);
}

function runEnd(end: () => unknown, { pending, onError }: BridgeServices, isAwaited: boolean): void {
  const failed = (error: unknown): void => onError(error, CLOSING);
  try {
    const result = end();
    if (!isThenable(result)) return;
    if (isAwaited) pending.add(Promise.resolve(result), failed);
    else result.then(undefined, failed);
  } catch (error) {
    failed(error);
  }
}

/** Unlike the iterator of a stream, a reader can be told to stop while it waits. */
function readerSteps(stream: ReadableStream<unknown>): Steps {
  const reader = stream.getReader();
  return { next: () => reader.read(), return: () => reader.cancel() };
}

function hasMethod<Name extends string>(value: unknown, name: Name): value is Record<Name, () => unknown> {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, name) === "function";
}

export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
