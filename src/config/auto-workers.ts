/** @module `workers = auto`: one for each processor. */
import type { Entry, Layer } from "./layer.ts";
import type { Processors } from "./processors.ts";

/** The word, which the declaration of `workers` knows. */
export const AUTO_WORKERS = "auto";

const MARK = " (auto: ";

/** The layer with a number for `workers` where it says `auto`. What the number comes from is then a part of its origin. */
export function countAutoWorkers(layer: Layer, count: () => Processors): Layer {
  const entry = layer.get("workers");
  if (entry?.value !== AUTO_WORKERS) return layer;
  const processors = count();
  const counted: Entry = { ...entry, value: processors.count, origin: `${entry.origin}${MARK}${processors.reason})` };
  return new Map([...layer, ["workers", counted]]);
}

/** The line of the log about a number that was counted; null where it was given. */
export function autoWorkersLine({ settings, origin }: {
  readonly settings: { readonly workers: number };
  readonly origin: { readonly workers: string };
}): string | null {
  const start = origin.workers.lastIndexOf(MARK);
  if (start === -1) return null;
  const reason = origin.workers.slice(start + MARK.length, -1);
  return `Using ${settings.workers} worker${settings.workers === 1 ? "" : "s"}: workers = auto, ${reason}`;
}
