/** @module A body as a stream of text (https://fetch.spec.whatwg.org/#dom-body-textstream), for runtimes older than the method. */

/** Counts as reading the body. Throws a TypeError when that was read before or is locked. */
export function toTextStream(message: Pick<Body, "body" | "bodyUsed">): ReadableStream<string> {
  const { body } = message;
  if (message.bodyUsed || body?.locked === true) throw new TypeError("The body has been used already");
  if (body === null) {
    return new ReadableStream({
      start(controller) {
        controller.close();
      },
    });
  }
  return body.pipeThrough(new TextDecoderStream());
}
