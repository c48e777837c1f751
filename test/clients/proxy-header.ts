/** @module Headers of the PROXY protocol's version 2, made here byte by byte and sent as latin-1 text. */

const SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
const COMMAND = { local: 0x20, proxy: 0x21 };
const TCP_OVER_IPV4 = 0x11;
const TCP_OVER_IPV6 = 0x21;

const two = (value: number): string => String.fromCharCode(value >> 8, value & 255);

function header(command: number, family: number, content: string): string {
  return SIGNATURE + String.fromCharCode(command, family) + two(content.length) + content;
}

/** For what the proxy does on its own account, such as health checks. */
export function localV2(): string {
  return header(COMMAND.local, 0, "");
}

/** A client at 203.0.113.7, port 4242. `tlvs` follow the addresses. */
export function ipv4V2(tlvs = ""): string {
  const ends = String.fromCharCode(203, 0, 113, 7, 198, 51, 100, 1) + two(4242) + two(443);
  return header(COMMAND.proxy, TCP_OVER_IPV4, ends + tlvs);
}

/** A client at 2001:db8::7, port 4242. */
export function ipv6V2(): string {
  const address = (last: number): string => `\x20\x01\x0d\xb8${"\0".repeat(11)}${String.fromCharCode(last)}`;
  return header(COMMAND.proxy, TCP_OVER_IPV6, address(7) + address(1) + two(4242) + two(443));
}

/** Type, length, value. */
export function tlv(type: number, value: string): string {
  return String.fromCharCode(type) + two(value.length) + value;
}
