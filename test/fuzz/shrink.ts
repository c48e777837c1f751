/** @module Makes a failing text small by leaving pieces out, as long as it goes on to fail. */

const TRIES_MAX = 3000;

/** `fails` must be true for `text`; it is asked a bounded number of times. */
export async function shrink(text: string, fails: (smaller: string) => Promise<boolean>): Promise<string> {
  let small = text;
  let tries = 0;
  for (let size = Math.ceil(small.length / 2); size >= 1 && tries < TRIES_MAX;) {
    const before = small.length;
    for (let at = 0; at < small.length && tries < TRIES_MAX;) {
      const candidate = small.slice(0, at) + small.slice(at + size);
      tries += 1;
      if (await fails(candidate)) small = candidate;
      else at += size;
    }
    // The same size again as long as that helps: a piece can be in the way of another one.
    if (small.length === before) size = size === 1 ? 0 : Math.ceil(size / 2);
    else size = Math.min(size, Math.max(1, Math.ceil(small.length / 2)));
  }
  return small;
}
