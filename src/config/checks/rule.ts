/** @module What a rule about several settings is, and what it may look at. */
import type { BindTarget } from "../bind.ts";
import type { SettingName, Settings } from "../settings.ts";
import type { Machine } from "./machine.ts";

/** What rules are about. */
export interface RuleFacts {
  readonly settings: Settings;
  readonly binds: readonly BindTarget[];
  /** Absolute path of the config file that was read. */
  readonly file: string | null;
  readonly machine: Machine;
  /** Whether somebody set it, be it to its default. */
  isSet(name: SettingName): boolean;
  /** A path of the configuration as an absolute one without `.` and `..`. */
  absolute(path: string): string;
}

/** Settings that do not go together, or not with the machine. */
export interface Rule {
  /** `problem`: the server does not start. `warning`: it starts, and the log says so. */
  readonly severity: "problem" | "warning";
  /** The first is the one that messages blame. */
  readonly settings: readonly [SettingName, ...SettingName[]];
  readonly isBroken: (facts: RuleFacts) => boolean;
  /** As in {@link import("../errors.ts").Problem}: begins in lower case, without a period. */
  readonly message: string | ((facts: RuleFacts) => string);
  /** What to do. */
  readonly fix: string;
}
