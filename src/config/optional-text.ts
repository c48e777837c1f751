/** @module The schema that settings for paths and names share. */
import type { TNull, TString, TUnion } from "typebox";
import type { TypeBuilder } from "./setting.ts";

/** Longest path or name, in characters: PATH_MAX of Linux. */
export const TEXT_MAX_CHARS = 4096;

/** Text that may be absent. */
export type OptionalText = TUnion<[TString, TNull]>;

/** Schema of {@link OptionalText}. */
export function optionalText(type: TypeBuilder): OptionalText {
  return type.Union([type.String({ minLength: 1, maxLength: TEXT_MAX_CHARS }), type.Null()]);
}
