/** @module What an unknown flag was meant to be. */
import { meantBy } from "../config/meant.ts";
import { nearest } from "../config/nearest.ts";
import { declarationOf, SETTING_NAMES } from "../config/settings.ts";
import { ACTION_FLAGS, flagKey } from "./flags.ts";

/** More candidates than these help nobody. */
const CANDIDATES_MAX_COUNT = 5;

/**
 * A question, such as `did you mean --workers?`, or null. Beginnings of flags are not taken for them, as argparse would: they change their
 * meaning when a release adds flags. So all that they could be are named.
 */
export function askWhatWasMeant(arg: string): string | null {
  const meant = arg.replace(/=.*$/s, "").replaceAll("_", "-");
  if (!meant.startsWith("--")) return null;
  const elsewhere = meantBy(meant.slice(2));
  if (elsewhere !== null) {
    const flag = flagKey(elsewhere.name);
    return flag === null ? `it needs no flag: tsgunicorn ${elsewhere.value}` : `did you mean --${flag} ${elsewhere.value}?`;
  }
  const spellings = spellingsOfAll();
  const abbreviated = [...spellings.values()].filter((flag) => meant.length > 4 && flag.startsWith(meant));
  const candidates = [...new Set(abbreviated)];
  if (candidates.length > CANDIDATES_MAX_COUNT) return null;
  if (candidates.length > 1) return `flags are written in full: ${candidates.join(", ")}`;
  const [only] = candidates;
  const found = only ?? spellings.get(nearest(meant.slice(2), [...spellings.keys()]) ?? "");
  return found === undefined ? null : `did you mean ${found}?`;
}

/** Flags by their spelling without dashes; the name of a setting leads to its flag. */
function spellingsOfAll(): ReadonlyMap<string, string> {
  const spellings = new Map<string, string>();
  for (const [name, flags] of Object.entries(ACTION_FLAGS)) spellings.set(name, flags[1]);
  for (const name of SETTING_NAMES) {
    const { flags, kind } = declarationOf(name);
    for (const flag of flags.filter((each) => each.startsWith("--"))) {
      spellings.set(flag.slice(2), flag);
      if (kind === "boolean" || kind === "mode") spellings.set(`no-${flag.slice(2)}`, `--no-${flag.slice(2)}`);
    }
    const main = flagKey(name);
    if (main !== null && !spellings.has(name)) spellings.set(name, `--${main}`);
  }
  return spellings;
}
