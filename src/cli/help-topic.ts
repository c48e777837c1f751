/** @module What a word behind `--help` means. */
import { explainFlag, explainName, nameOfElsewhereFlag } from "../config/elsewhere.ts";
import { variableOf } from "../config/environment.ts";
import { nearest } from "../config/nearest.ts";
import { SECTION_NAMES, type SectionName } from "../config/setting.ts";
import { declarationOf, isSettingName, mainFlag, SETTING_NAMES, type SettingName } from "../config/settings.ts";
import { isSubcommand, SUBCOMMAND_NAMES, type SubcommandName } from "./subcommands.ts";

/** What there is help about. `elsewhere`: a setting of gunicorn that is not here, with what to do instead. */
export type HelpTopic =
  | { readonly kind: "setting"; readonly name: SettingName }
  | { readonly kind: "section"; readonly section: SectionName }
  | { readonly kind: "subcommand"; readonly name: SubcommandName }
  | { readonly kind: "elsewhere"; readonly name: string; readonly explanation: string }
  | { readonly kind: "unknown"; readonly suggestion: string | null };

/** By the name of a setting, section or subcommand, a flag with or without its dashes, a letter, or a variable; case does not count. */
export function findHelpTopic(word: string): HelpTopic {
  const bare = word.trim().replace(/^-{1,2}/, "").replace(/=.*$/s, "");
  if (isSubcommand(bare)) return { kind: "subcommand", name: bare };
  const wanted = simplify(bare);
  const name = SETTING_NAMES.find((each) => spellingsOf(each).some((spelling) => simplify(spelling) === wanted)) ??
    letterOf(bare);
  if (name !== null) return { kind: "setting", name };
  const section = SECTION_NAMES.find((each) => simplify(each) === wanted);
  if (section !== undefined) return { kind: "section", section };
  return findElsewhere(bare) ?? { kind: "unknown", suggestion: nearest(bare, candidates()) };
}

function findElsewhere(bare: string): HelpTopic | null {
  const name = bare.toLowerCase().replaceAll("-", "_");
  const explanation = explainName(name);
  if (explanation !== null) return { kind: "elsewhere", name, explanation };
  const flag = bare.length === 1 ? `-${bare}` : `--${bare}`;
  const byFlag = nameOfElsewhereFlag(flag);
  const text = explainFlag(flag);
  return byFlag === null || text === null ? null : { kind: "elsewhere", name: byFlag, explanation: text };
}

function letterOf(bare: string): SettingName | null {
  return SETTING_NAMES.find((name) => declarationOf(name).flags.includes(`-${bare}`)) ?? null;
}

/** The setting's own name comes first; what is empty names nothing. */
function spellingsOf(name: SettingName): readonly string[] {
  const setting = declarationOf(name);
  const flags = setting.flags.filter((flag) => flag.startsWith("--")).flatMap((flag) => [flag, `no-${flag.slice(2)}`]);
  return [name, ...flags, variableOf(name), ...(setting.shared === null ? [] : [setting.shared.name])];
}

function candidates(): readonly string[] {
  const flags = SETTING_NAMES.flatMap((name) => mainFlag(declarationOf(name))?.slice(2) ?? []).filter((flag) =>
    !isSettingName(flag)
  );
  return [...SETTING_NAMES, ...flags, ...SUBCOMMAND_NAMES, ...SECTION_NAMES];
}

function simplify(text: string): string {
  return text.toLowerCase().replaceAll(/[-_ ]/g, "");
}
