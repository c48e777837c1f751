// Large bodies over the fetch interface: an upload that is counted and hashed, a download that is generated, a file.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import process from "node:process";
import { Readable } from "node:stream";

const PART_BYTES = 65_536;
const FILE = process.env.LARGE_FILE;

const upload = async (request) => {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const part of request.body) {
    hash.update(part);
    sizeBytes += part.byteLength;
  }
  return new Response(`${sizeBytes} ${hash.digest("hex")}`);
};

const download = (sizeBytes) => {
  let leftBytes = sizeBytes;
  return new Response(
    new ReadableStream({
      pull(controller) {
        if (leftBytes <= 0) return controller.close();
        controller.enqueue(new Uint8Array(Math.min(PART_BYTES, leftBytes)));
        leftBytes -= PART_BYTES;
      },
    }, { highWaterMark: 0 }),
  );
};

/** As each runtime's users write it. */
const file = async () => {
  if ("Bun" in globalThis) return new Response(Bun.file(FILE));
  if ("Deno" in globalThis) return new Response((await Deno.open(FILE)).readable);
  return new Response(Readable.toWeb(createReadStream(FILE)));
};

export const app = (request) => {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/upload") return upload(request);
  return pathname === "/file" ? file() : download(Number(searchParams.get("bytes")));
};
