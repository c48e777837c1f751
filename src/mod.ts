/**
 * Public API of tsgunicorn: types of an application and of a config file.
 *
 * @module
 */
export { type ConfigContext, defineConfig, type UserConfig, type UserSettings } from "./config/user-config.ts";
export type { FetchContext, RemoteAddress, RequestIp } from "./app/context.ts";
export type { FetchHandler } from "./app/fetch.ts";
export type { TrailerMaker } from "./app/trailers.ts";
export type { UpgradedConnection, UpgradeInit } from "./app/upgrade.ts";
export type { WorkerIdentity } from "./app/call.ts";
export type {
  ExitedWorker,
  HookResult,
  RequestHookContext,
  ResponseHookContext,
  ServerHookContext,
  ServerHooks,
  ServerInfo,
  WorkerHookContext,
  WorkerInfo,
} from "./hooks/types.ts";
