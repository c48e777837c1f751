/** @module The schema that settings for lists of peers share. */
import type { TArray, TString, TUnion } from "typebox";
import { NetworkError, parseNetwork } from "../http/ip-networks.ts";
import type { Refusal } from "./errors.ts";
import type { TypeBuilder } from "./setting.ts";

/** Each request of a new peer is compared with all of them. */
const NETWORKS_MAX_COUNT = 1024;
/** More than the longest address with its prefix. */
const NETWORK_MAX_CHARS = 64;
/** Longest list in one text, in characters. */
const LIST_MAX_CHARS = 65_536;

/** Schema of a list of addresses, networks and `*`. */
export function networks(type: TypeBuilder): TArray<TString> {
  return type.Array(type.String({ minLength: 1, maxLength: NETWORK_MAX_CHARS }), {
    maxItems: NETWORKS_MAX_COUNT,
    description: 'a list of IP addresses, networks (CIDR) or "*"',
  });
}

/** The same, or one text with commas. */
export function networksInput(type: TypeBuilder): TUnion<[TString, TArray<TString>]> {
  return type.Union([type.String({ maxLength: LIST_MAX_CHARS }), networks(type)]);
}

/** Refuses the first entry that is no address. */
export function checkNetworks(list: unknown): Refusal | null {
  for (const entry of Array.isArray(list) ? list : []) {
    try {
      if (entry !== "*") parseNetwork(String(entry));
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      const message = `${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`;
      return { message, hint: null, quotesValue: true };
    }
  }
  return null;
}
