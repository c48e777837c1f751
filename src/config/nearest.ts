/** @module The suggestion in "did you mean". */

/** Longer words get no suggestion: the distance takes time by the product of the lengths. */
const WORD_MAX_CHARS = 64;

/** The candidate that the user most likely meant, or null when none is near. Ties go to the first. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (word.length === 0 || word.length > WORD_MAX_CHARS) return null;
  const wanted = simplify(word);
  // A third of the word may be wrong, but not so much that a short word matches anything.
  let best = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)));
  let found: string | null = null;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, simplify(candidate));
    if (distance < best || (distance === best && found === null)) {
      best = distance;
      found = candidate;
    }
  }
  // A beginning is how people shorten flags, and how gunicorn lets them.
  return found ?? candidates.find((candidate) => wanted.length >= 3 && simplify(candidate).startsWith(wanted)) ?? null;
}

/** Case, hyphens and underscores are the commonest slips, so they count for nothing. */
function simplify(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, "");
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `from` into `to` (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
