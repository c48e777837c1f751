/**
 * Every setting, declared once. Flags, `--help`, types, JSON Schema, docs/settings.md and validation derive from this table.
 *
 * @module
 */
import type { TSchema } from "typebox";
import type { Setting, ValueOf } from "./setting.ts";
import { accessLog, type AccessLogSection } from "./sections/access-log.ts";
import { application, type ApplicationSection } from "./sections/application.ts";
import { captureOutput, type CaptureOutputSection } from "./sections/capture-output.ts";
import { configFile, type ConfigFileSection } from "./sections/config-file.ts";
import { debugging, type DebuggingSection } from "./sections/debugging.ts";
import { forwarding, type ForwardingSection } from "./sections/forwarding.ts";
import { hooks, type HooksSection } from "./sections/hooks.ts";
import { identity, type IdentitySection } from "./sections/identity.ts";
import { type InterfaceSection, interfaceSection } from "./sections/interface.ts";
import { lifecycle, type LifecycleSection } from "./sections/lifecycle.ts";
import { logging, type LoggingSection } from "./sections/logging.ts";
import { process, type ProcessSection } from "./sections/process.ts";
import { proxyProtocol, type ProxyProtocolSection } from "./sections/proxy-protocol.ts";
import { recycling, type RecyclingSection } from "./sections/recycling.ts";
import { reloading, type ReloadingSection } from "./sections/reloading.ts";
import { runtime, type RuntimeSection } from "./sections/runtime.ts";
import { security, type SecuritySection } from "./sections/security.ts";
import { serverMechanics, type ServerMechanicsSection } from "./sections/server-mechanics.ts";
import { serverSocket, type ServerSocketSection } from "./sections/server-socket.ts";
import { statsd, type StatsdSection } from "./sections/statsd.ts";
import { strictness, type StrictnessSection } from "./sections/strictness.ts";
import { syslog, type SyslogSection } from "./sections/syslog.ts";
import { timeouts, type TimeoutsSection } from "./sections/timeouts.ts";
import { workerProcesses, type WorkerProcessesSection } from "./sections/worker-processes.ts";

/** The sections together. */
export interface SettingTable
  extends
    ConfigFileSection,
    ServerSocketSection,
    WorkerProcessesSection,
    LifecycleSection,
    RecyclingSection,
    RuntimeSection,
    InterfaceSection,
    ApplicationSection,
    SecuritySection,
    StrictnessSection,
    TimeoutsSection,
    ForwardingSection,
    ProxyProtocolSection,
    ReloadingSection,
    DebuggingSection,
    ServerMechanicsSection,
    IdentitySection,
    ProcessSection,
    LoggingSection,
    AccessLogSection,
    CaptureOutputSection,
    SyslogSection,
    StatsdSection,
    HooksSection {}

/** By name, in the order of `--help`. */
export const SETTINGS: SettingTable = {
  ...configFile,
  ...serverSocket,
  ...workerProcesses,
  ...lifecycle,
  ...recycling,
  ...runtime,
  ...interfaceSection,
  ...application,
  ...security,
  ...strictness,
  ...timeouts,
  ...forwarding,
  ...proxyProtocol,
  ...reloading,
  ...debugging,
  ...serverMechanics,
  ...identity,
  ...process,
  ...logging,
  ...accessLog,
  ...captureOutput,
  ...syslog,
  ...statsd,
  ...hooks,
};

/** The name of a setting, as gunicorn has it. */
export type SettingName = keyof SettingTable;

/** Resolved values. Times are seconds and sizes bytes, as the user writes them. */
export type Settings = {
  readonly [Name in SettingName]: SettingTable[Name] extends Setting<infer S extends TSchema, infer _I extends TSchema>
    ? ValueOf<S>
    : never;
};

/** What a config file may hold, by name: all that can be set there. */
export type SettingInputs = {
  readonly [Name in SettingName]: SettingTable[Name] extends Setting<infer _S extends TSchema, infer I extends TSchema>
    ? ValueOf<I>
    : never;
};

/** The names, in the order of `--help`. */
export const SETTING_NAMES: readonly SettingName[] = Object.keys(SETTINGS).filter(isSettingName);

/** Whether there is a setting of this name. */
export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** The declaration, without its exact types. */
export function declarationOf(name: SettingName): Setting {
  return SETTINGS[name];
}

/** The flag that messages use, with its dashes; null for a setting without one. */
export function mainFlag(setting: Setting): string | null {
  return setting.flags.find((flag) => flag.startsWith("--")) ?? null;
}
