// Large bodies over the node interface: an upload that is counted and hashed, a download that is generated, a file.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import process from "node:process";
import { pipeline, Readable } from "node:stream";

const PART_BYTES = 65_536;

const upload = (request, response) => {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  request.on("data", (part) => {
    hash.update(part);
    sizeBytes += part.byteLength;
  });
  request.on("end", () => response.end(`${sizeBytes} ${hash.digest("hex")}`));
};

function* generated(sizeBytes) {
  for (let leftBytes = sizeBytes; leftBytes > 0; leftBytes -= PART_BYTES) yield new Uint8Array(Math.min(PART_BYTES, leftBytes));
}

export const app = (request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  if (pathname === "/upload") return upload(request, response);
  const source = pathname === "/file"
    ? createReadStream(process.env.LARGE_FILE)
    : Readable.from(generated(Number(searchParams.get("bytes"))));
  pipeline(source, response, (error) => {
    if (error) console.error(error);
  });
};
