/** @module Declarations of settings, without what most of them have in common. */
import type { TBoolean, TInteger, TSchema } from "typebox";
import {
  checkDuration,
  type Duration,
  type DurationBounds,
  type DurationInput,
  durationInputWithin,
  durationWithin,
} from "./durations.ts";
import { wholeNumber } from "./integers.ts";
import type { Setting } from "./setting.ts";
import { type Size, type SizeBounds, type SizeInput, sizeInputWithin, sizeWithin } from "./sizes.ts";

/** Longest time of most settings: a day, in seconds. */
const TIME_MAX_S = 86_400;

/** What most declarations leave out. */
type Common = "input" | "places" | "shared" | "flagAlone" | "metavar" | "details" | "difference";

/** A setting of which the common part may be left out. */
export type Declaration<S extends TSchema, I extends TSchema = S> =
  & Omit<Setting<S, I>, Common>
  & Partial<Pick<Setting<S, I>, Common>>;

/** A {@link Declaration} of a kind that says the rest. */
type OfKind<S extends TSchema, I extends TSchema, Known extends keyof Setting> =
  & Omit<Setting<S, I>, Common | "kind" | "schema" | Known>
  & Partial<Pick<Setting<S, I>, Common>>;

/** Any setting. Left out: it may be given everywhere, has no other variable, and is as in gunicorn. */
export function declare<S extends TSchema, I extends TSchema = S>(declaration: Declaration<S, I>): Setting<S, I> {
  return {
    input: null,
    places: "everywhere",
    shared: null,
    flagAlone: null,
    metavar: null,
    details: "",
    difference: null,
    ...declaration,
  };
}

/** One that is off and can be turned on; `startsOn` for the other way round. */
export function toggle(
  { startsOn = false, ...declaration }: OfKind<TBoolean, TBoolean, "default" | "example"> & { readonly startsOn?: boolean },
): Setting<TBoolean> {
  const schema: Setting<TBoolean>["schema"] = (type) => type.Boolean();
  return declare({ kind: "boolean", schema, default: startsOn, example: !startsOn, ...declaration });
}

/** A number of things, from `minimum` to `maximum`. */
export function count(
  { minimum, maximum, ...declaration }: OfKind<TInteger, TInteger, "metavar"> & {
    readonly minimum: number;
    readonly maximum: number;
  },
): Setting<TInteger> {
  return declare({ kind: "integer", schema: wholeNumber(minimum, maximum), metavar: "INT", ...declaration });
}

/** A time, from 0 to a day where nothing else is said. `check` is called for whole milliseconds only. */
export function duration(
  { minimum = 0, maximum = TIME_MAX_S, check, ...declaration }:
    & OfKind<Duration, DurationInput, "metavar">
    & Partial<DurationBounds>,
): Setting<Duration, DurationInput> {
  return declare({
    kind: "duration",
    schema: durationWithin({ minimum, maximum }),
    input: durationInputWithin({ minimum, maximum }),
    metavar: "DURATION",
    check: (value) => checkDuration(value) ?? check?.(value) ?? null,
    ...declaration,
  });
}

/** A number of bytes, or of bytes per second. */
export function size(
  { minimum, maximum, ...declaration }: OfKind<Size, SizeInput, "metavar"> & SizeBounds,
): Setting<Size, SizeInput> {
  return declare({
    kind: "size",
    schema: sizeWithin({ minimum, maximum }),
    input: sizeInputWithin({ minimum, maximum }),
    metavar: "SIZE",
    ...declaration,
  });
}
