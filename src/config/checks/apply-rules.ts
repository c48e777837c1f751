/** @module The rules about several settings, applied to a configuration. */
import { DEFAULT_ORIGIN } from "../config.ts";
import type { BindTarget } from "../bind.ts";
import type { Problem } from "../errors.ts";
import type { ConfigHost } from "../host.ts";
import type { SettingName, Settings } from "../settings.ts";
import { readMachine } from "./machine.ts";
import type { Rule, RuleFacts } from "./rule.ts";
import { RULES } from "./rules.ts";

/** A configuration, or what is there of one. */
export interface RuleSubject {
  /** `chdir` may be relative. */
  readonly settings: Settings;
  readonly origin: Readonly<Record<SettingName, string>>;
  readonly binds: readonly BindTarget[];
  readonly file: string | null;
}

/** The parts of a host that rules need. */
export interface RuleHost {
  readonly process: Pick<ConfigHost["process"], "env">;
  readonly files: Pick<ConfigHost["files"], "readText" | "absolute">;
}

/**
 * The rules of one severity that the configuration breaks. `unsound`: settings whose values are not what the user wrote, about which nothing
 * can be said.
 */
export function findBroken(
  host: RuleHost,
  subject: RuleSubject,
  severity: Rule["severity"],
  unsound: ReadonlySet<string | null> = new Set(),
): readonly Problem[] {
  const facts = factsOf(host, subject);
  return RULES
    .filter((rule) => rule.severity === severity && !rule.settings.some((name) => unsound.has(name)) && rule.isBroken(facts))
    .map((rule) => ({
      setting: rule.settings[0],
      source: facts.isSet(rule.settings[0]) ? subject.origin[rule.settings[0]] : null,
      message: typeof rule.message === "string" ? rule.message : rule.message(facts),
      hint: rule.fix,
    }));
}

/** What rules look at. */
export function factsOf(host: RuleHost, { settings, origin, binds, file }: RuleSubject): RuleFacts {
  const { files } = host;
  const directory = files.absolute(settings.chdir);
  return {
    settings,
    binds,
    file,
    machine: readMachine(host),
    isSet: (name) => origin[name] !== DEFAULT_ORIGIN,
    absolute: (path) => files.absolute(path.startsWith("/") ? path : `${directory}/${path}`),
  };
}
