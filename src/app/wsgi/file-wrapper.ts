/** @module `wsgi.file_wrapper`: a file of any runtime as a body. */
import type { FileLike, FileWrapper, WsgiPart } from "./types.ts";

/** Larger than PEP 3333's 8192, for each block is waited for. */
const BLOCK_BYTES = 65_536;

class WrappedFile implements AsyncIterable<WsgiPart> {
  readonly #file: FileLike;
  readonly #blockBytes: number;
  #hasBegun = false;

  constructor(file: FileLike, blockBytes: number) {
    this.#file = file;
    this.#blockBytes = blockBytes;
  }

  [Symbol.asyncIterator](): AsyncIterator<WsgiPart> {
    this.#hasBegun = true;
    return partsOf(this.#file, this.#blockBytes)[Symbol.asyncIterator]();
  }

  async close(): Promise<void> {
    const file = this.#file;
    // The stream of a Deno.FsFile closes it, and a second close would throw.
    if (this.#hasBegun && !(Symbol.asyncIterator in file) && "readable" in file) return;
    if ("close" in file && typeof file.close === "function") await file.close();
  }
}

/** Throws a TypeError for what has none of the ways of a {@link FileLike} to be read, and a RangeError for the size of a block. */
export const wrapFile: FileWrapper = (file, blockBytes = BLOCK_BYTES) => {
  if (!Number.isInteger(blockBytes) || blockBytes < 1) {
    throw new RangeError(`wsgi.file_wrapper takes a block size of 1 byte or more, not ${blockBytes}`);
  }
  if (!isReadable(file)) {
    throw new TypeError("wsgi.file_wrapper takes an open file, a stream, a Blob or an object with read(size)");
  }
  return new WrappedFile(file, blockBytes);
};

function isReadable(file: unknown): boolean {
  return typeof file === "object" && file !== null &&
    (Symbol.asyncIterator in file || ["readable", "createReadStream", "stream", "read"].some((name) => name in file));
}

function partsOf(file: FileLike, blockBytes: number): AsyncIterable<WsgiPart> {
  if (Symbol.asyncIterator in file) return file;
  if ("readable" in file) return file.readable;
  if ("createReadStream" in file) return file.createReadStream({ highWaterMark: blockBytes });
  if ("stream" in file) return file.stream();
  return blocksOf(file, blockBytes);
}

async function* blocksOf(
  file: Extract<FileLike, { read(sizeBytes: number): unknown }>,
  blockBytes: number,
): AsyncGenerator<WsgiPart, void, undefined> {
  for (;;) {
    const block = await file.read(blockBytes);
    if (block === null || block.length === 0) return;
    yield block;
  }
}
