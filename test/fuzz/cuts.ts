/** @module The ways in which a network may cut the same bytes. */
import type { Random } from "../simulation/random.ts";

/** Longer texts are cut into this many pieces at most, so that one input takes no seconds. */
const PIECES_MAX = 1500;

/** One byte a piece, or as near to that as is bounded. */
export function bytewise(text: string): string[] {
  return slices(text, Math.ceil(text.length / PIECES_MAX) || 1);
}

/** Pieces of random length. */
export function atRandom(text: string, random: Random): string[] {
  const longest = Math.max(random.pick([1, 2, 7, 40, 500, 5000]), Math.ceil(text.length / PIECES_MAX));
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const next = at + random.between(1, longest);
    pieces.push(text.slice(at, next));
    at = next;
  }
  return pieces;
}

/** Between CR and LF, and before and after both. */
export function atLineEnds(text: string): string[] {
  return text.split(/(?<=\r)|(?=\r)|(?<=\n)/);
}

function slices(text: string, length: number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += length) pieces.push(text.slice(at, at + length));
  return pieces;
}
