/**
 * PROXY protocol version 2: 16 fixed bytes, the address block, type-length-value entries (proxy-protocol.txt §2.2).
 *
 * @module
 */
import { RemoteProtocolError } from "./errors.ts";
import { formatIpAddress } from "./ip-address.ts";
import { checkEntries } from "./proxy-protocol-entries.ts";
import type { ProxiedEnds, ProxyHeader } from "./proxy-protocol.ts";

/** `CR LF CR LF NUL CR LF Q U I T LF` */
export const VERSION_2_SIGNATURE: readonly number[] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10];

/** Signature, version and command, family and transport, length of what follows. */
const FIXED_BYTES = 16;
/**
 * What is longer is refused before it is read. Real headers are shorter than 600 bytes; a TLS certificate's name may be in one.
 */
const HEADER_MAX_BYTES = 4096;

const COMMAND_LOCAL = 0;
const COMMAND_PROXY = 1;
const TRANSPORT_UNSPEC = 0;
const TRANSPORT_STREAM = 1;
const TRANSPORT_DGRAM = 2;

/** Bytes of the address block by address family: UNSPEC (nothing is known of it), INET, INET6, UNIX. */
const ADDRESS_BLOCK_BYTES: readonly number[] = [0, 12, 36, 216];
const FAMILY_UNSPEC = 0;
const FAMILY_INET = 1;
const FAMILY_UNIX = 3;

/** Reads the header that `bytes` begin with; null: it has no end yet. Throws a {@link RemoteProtocolError} (bad_proxy_header). */
export function readVersion2(bytes: Uint8Array): ProxyHeader | null {
  if (bytes.length < FIXED_BYTES) return null;
  const versionAndCommand = byteAt(bytes, 12);
  const version = versionAndCommand >> 4;
  const command = versionAndCommand & 0x0f;
  if (version !== 2) throw bad(`version ${version} is unknown, versions are 1 and 2`);
  if (command !== COMMAND_LOCAL && command !== COMMAND_PROXY) throw bad(`command ${command} is neither LOCAL (0) nor PROXY (1)`);
  const sizeBytes = FIXED_BYTES + shortAt(bytes, 14);
  if (sizeBytes > HEADER_MAX_BYTES) throw bad(`it is longer than ${HEADER_MAX_BYTES} bytes (${sizeBytes})`);
  // LOCAL: whatever follows is to be skipped, the family says nothing about it.
  const family = command === COMMAND_LOCAL ? FAMILY_UNSPEC : readFamily(byteAt(bytes, 13), sizeBytes);
  if (bytes.length < sizeBytes) return null;
  if (family === FAMILY_UNSPEC) return { sizeBytes, source: null };
  const blockEnd = FIXED_BYTES + (ADDRESS_BLOCK_BYTES[family] ?? 0);
  checkEntries(bytes.subarray(0, sizeBytes), blockEnd);
  return { sizeBytes, source: family === FAMILY_UNIX ? null : readEnds(bytes, family === FAMILY_INET) };
}

/** Family of the addresses, UNSPEC also where only the transport is. Throws for what HTTP does not come over. */
function readFamily(familyAndTransport: number, sizeBytes: number): number {
  const family = familyAndTransport >> 4;
  const transport = familyAndTransport & 0x0f;
  if (transport === TRANSPORT_DGRAM) throw bad("its transport is DGRAM, HTTP/1.1 needs STREAM");
  if (transport !== TRANSPORT_STREAM && transport !== TRANSPORT_UNSPEC) throw bad(`transport ${transport} is unknown`);
  const blockBytes = ADDRESS_BLOCK_BYTES[family];
  if (blockBytes === undefined) throw bad(`address family ${family} is unknown`);
  if (transport === TRANSPORT_UNSPEC) return FAMILY_UNSPEC;
  if (sizeBytes < FIXED_BYTES + blockBytes) {
    throw bad(`${sizeBytes - FIXED_BYTES} bytes cannot hold the addresses, family ${family} needs ${blockBytes}`);
  }
  return family;
}

function readEnds(bytes: Uint8Array, isInet: boolean): ProxiedEnds {
  const addressBytes = isInet ? 4 : 16;
  const remote = FIXED_BYTES;
  const local = remote + addressBytes;
  const ports = local + addressBytes;
  return {
    remoteAddress: readAddress(bytes, remote, isInet),
    remotePort: shortAt(bytes, ports),
    localAddress: readAddress(bytes, local, isInet),
    localPort: shortAt(bytes, ports + 2),
  };
}

function readAddress(bytes: Uint8Array, at: number, isInet: boolean): string {
  if (isInet) return formatIpAddress([0, 0, 0xffff, wordAt(bytes, at)]);
  return formatIpAddress([wordAt(bytes, at), wordAt(bytes, at + 4), wordAt(bytes, at + 8), wordAt(bytes, at + 12)]);
}

function wordAt(bytes: Uint8Array, at: number): number {
  return shortAt(bytes, at) * 0x10000 + shortAt(bytes, at + 2);
}

function shortAt(bytes: Uint8Array, at: number): number {
  return byteAt(bytes, at) * 0x100 + byteAt(bytes, at + 1);
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function bad(detail: string): RemoteProtocolError {
  return new RemoteProtocolError("bad_proxy_header", detail);
}
