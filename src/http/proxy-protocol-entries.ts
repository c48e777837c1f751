/**
 * The type-length-value entries behind the addresses of a PROXY header of version 2 (proxy-protocol.txt §2.2). None of them is
 * used; their lengths must add up, and the checksum, where there is one, must be right.
 *
 * @module
 */
import { RemoteProtocolError } from "./errors.ts";

const TYPE_CRC32C = 0x03;
const TYPE_AND_LENGTH_BYTES = 3;
const CHECKSUM_BYTES = 4;
/** Castagnoli's polynomial, lowest bit first (RFC 4960 appendix B). */
const POLYNOMIAL = 0x82f63b78;

/** Checks the entries from `start` to the end of `header`, which is the whole of it. Throws a {@link RemoteProtocolError}. */
export function checkEntries(header: Uint8Array, start: number): void {
  let checksumAt: number | null = null;
  for (let at = start; at < header.length;) {
    const valueAt = at + TYPE_AND_LENGTH_BYTES;
    const lengthBytes = (header[at + 1] ?? 0) * 0x100 + (header[at + 2] ?? 0);
    if (valueAt + lengthBytes > header.length) {
      throw bad(`the entry at byte ${at} does not fit, ${header.length - at} bytes are left`);
    }
    if (header[at] === TYPE_CRC32C) {
      if (checksumAt !== null) throw bad("it has two checksums");
      if (lengthBytes !== CHECKSUM_BYTES) throw bad(`its checksum has ${lengthBytes} bytes, CRC32C has ${CHECKSUM_BYTES}`);
      checksumAt = valueAt;
    }
    at = valueAt + lengthBytes;
  }
  if (checksumAt !== null && !isChecksumRight(header, checksumAt)) throw bad("its CRC32C checksum is wrong");
}

/** The sum was made with zeros in its own place. */
function isChecksumRight(header: Uint8Array, checksumAt: number): boolean {
  let sum = 0xffffffff;
  let given = 0;
  for (const [i, byte] of header.entries()) {
    const isOwn = i >= checksumAt && i < checksumAt + CHECKSUM_BYTES;
    if (isOwn) given = (given << 8) | byte;
    sum ^= isOwn ? 0 : byte;
    // A table would be faster and is not worth its memory: headers with a checksum have some hundred bytes.
    for (let bit = 0; bit < 8; bit += 1) sum = (sum & 1) === 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1;
  }
  return ~sum >>> 0 === given >>> 0;
}

function bad(detail: string): RemoteProtocolError {
  return new RemoteProtocolError("bad_proxy_header", detail);
}
