/**
 * The right end of comma-separated lists, where the nearest proxies write.
 *
 * @module
 */
import { trimBlanks } from "./fields.ts";

/** More proxies than these are on no way; what is on the left of them is not looked at. */
export const LIST_MAX_ELEMENTS = 64;

export interface ListEnd {
  /** The rightmost first; empty ones are left out (RFC 9110 §5.6.1.2). */
  readonly elements: readonly string[];
  /** Whether nothing is on the left of them. */
  readonly isWhole: boolean;
}

/** The last elements of a list that may come in several fields, given in their order. At most {@link LIST_MAX_ELEMENTS}. */
export function endOfList(values: readonly string[]): ListEnd {
  const [only] = values;
  // Nearly every list; field values have no blanks at their ends.
  if (only !== undefined && only !== "" && values.length === 1 && !only.includes(",")) return { elements: [only], isWhole: true };
  const elements: string[] = [];
  for (let i = values.length - 1; i >= 0; i -= 1) {
    const value = values[i] ?? "";
    for (let end = value.length; end >= 0;) {
      // `lastIndexOf` looks at the first character too where it is told to begin before it.
      const comma = end === 0 ? -1 : value.lastIndexOf(",", end - 1);
      const element = trimBlanks(value.slice(comma + 1, end));
      if (element !== "") {
        if (elements.length === LIST_MAX_ELEMENTS) return { elements, isWhole: false };
        elements.push(element);
      }
      end = comma;
    }
  }
  return { elements, isWhole: true };
}

/**
 * The element with `place` others on its right, which the proxy wrote that also wrote the client's element of another list; of a shorter
 * list, which not all proxies wrote in, the leftmost. Counted from the right, so that what a client puts in front moves nothing.
 * Empty where there is none.
 */
export function elementBeside(list: ListEnd, place: number): string {
  return list.elements[Math.min(place, list.elements.length - 1)] ?? "";
}
