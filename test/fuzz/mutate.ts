/** @module Changes texts the way that breaks parsers: bits, pieces, lines, numbers and line ends. */
import type { Random } from "../simulation/random.ts";

/** Numbers at the borders of integer types, of doubles, and of nothing at all. */
const NUMBERS = [
  "0",
  "1",
  "00",
  "-1",
  "+1",
  "0x10",
  "1e3",
  "7fffffff",
  "ffffffff",
  "100000000",
  "1fffffffffffff",
  "20000000000000",
  "ffffffffffffffff",
  "10000000000000000",
  "4294967296",
  "9007199254740991",
  "9007199254740992",
  "18446744073709551616",
  "99999999999999999999999999",
];
const LINE_ENDS = ["\n", "\r", "\r\r\n", "\n\r", "\r\n\r\n", "\r\n ", "\r\n\t", "\0", "\x0b", "\x0c", "\x85", "\r\0\n"];

type Mutation = (text: string, random: Random, splinters: readonly string[], corpus: readonly string[]) => string;

const MUTATIONS: readonly Mutation[] = [
  function flipBit(text, random) {
    const at = place(text, random);
    return splice(text, at, 1, String.fromCharCode((text.charCodeAt(at) || 0) ^ (1 << random.between(0, 7))));
  },
  function setByte(text, random) {
    return splice(text, place(text, random), 1, String.fromCharCode(random.between(0, 255)));
  },
  function insertSplinter(text, random, splinters) {
    return splice(text, place(text, random), 0, random.pick(splinters));
  },
  function overwriteWithSplinter(text, random, splinters) {
    const splinter = random.pick(splinters);
    return splice(text, place(text, random), splinter.length, splinter);
  },
  function leaveOut(text, random) {
    return splice(text, place(text, random), random.between(1, 6), "");
  },
  function repeatPiece(text, random) {
    const at = place(text, random);
    const piece = text.slice(at, at + random.between(1, 40));
    return splice(text, at, 0, piece.repeat(random.between(1, random.chance(0.05) ? 200 : 3)));
  },
  function repeatLine(text, random) {
    const lines = text.split("\r\n");
    const at = random.between(0, lines.length - 1);
    lines.splice(random.between(0, lines.length), 0, lines[at] ?? "");
    return lines.join("\r\n");
  },
  function leaveOutLine(text, random) {
    const lines = text.split("\r\n");
    lines.splice(random.between(0, lines.length - 1), 1);
    return lines.join("\r\n");
  },
  function swapLines(text, random) {
    const lines = text.split("\r\n");
    const [from, to] = [random.between(0, lines.length - 1), random.between(0, lines.length - 1)];
    [lines[from], lines[to]] = [lines[to] ?? "", lines[from] ?? ""];
    return lines.join("\r\n");
  },
  function otherNumber(text, random) {
    const numbers = [...text.matchAll(/\d[0-9a-f]*/gi)];
    if (numbers.length === 0) return text;
    const { 0: number, index } = random.pick(numbers);
    const isNear = random.chance(0.5) && /^\d{1,9}$/.test(number);
    const other = isNear ? String(Number(number) + random.between(-2, 2)) : random.pick(NUMBERS);
    return splice(text, index, number.length, other);
  },
  function otherLineEnd(text, random) {
    const ends = [...text.matchAll(/\r\n/g)];
    return ends.length === 0 ? text : splice(text, random.pick(ends).index, 2, random.pick(LINE_ENDS));
  },
  function otherCase(text, random) {
    const at = place(text, random);
    const piece = text.slice(at, at + random.between(1, 12));
    return splice(text, at, piece.length, random.chance(0.5) ? upperCase(piece) : piece.toLowerCase());
  },
  function cutOff(text, random) {
    return text.slice(0, place(text, random));
  },
  function crossOver(text, random, _, corpus) {
    if (corpus.length === 0) return text;
    const other = random.pick(corpus);
    return text.slice(0, place(text, random)) + other.slice(place(other, random));
  },
  function append(text, random, _, corpus) {
    return corpus.length === 0 ? text : text + random.pick(corpus);
  },
];

/** Does `changes` random changes, one after the other. The result can be the same text. */
export function mutate(
  text: string,
  changes: number,
  splinters: readonly string[],
  corpus: readonly string[],
  random: Random,
): string {
  let changed = text;
  for (let count = 0; count < changes; count += 1) changed = random.pick(MUTATIONS)(changed, random, splinters, corpus);
  return changed;
}

/** ASCII only: other letters may leave latin-1. */
function upperCase(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

function place(text: string, random: Random): number {
  return random.between(0, text.length);
}

function splice(text: string, at: number, count: number, inserted: string): string {
  return text.slice(0, at) + inserted + text.slice(at + count);
}
