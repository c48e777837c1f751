/**
 * Public API of tsgunicorn, save `serve`, which needs a runtime (`runtimes/mod.ts`): types of an application, of a config file and of a
 * server inside a program.
 *
 * @module
 */
export { type ConfigContext, defineConfig, type UserConfig, type UserSettings } from "./config/user-config.ts";
export { ServeError } from "./embed/serve-error.ts";
export type { ServeOptions, Server, ServeSettings, StopOptions } from "./embed/types.ts";
export { ConfigError, type Problem } from "./config/errors.ts";
export type { FetchContext, RemoteAddress, RequestIp, TlsPeer } from "./app/context.ts";
export type { FetchHandler } from "./app/fetch.ts";
export type { TrailerMaker } from "./app/trailers.ts";
export type { UpgradedConnection, UpgradeInit } from "./app/upgrade.ts";
export type {
  FileLike,
  FileWrapper,
  StartResponse,
  WsgiApplication,
  WsgiBody,
  WsgiContext,
  WsgiEnviron,
  WsgiErrors,
  WsgiHeaders,
  WsgiInput,
  WsgiPart,
  WsgiWrite,
} from "./app/wsgi/types.ts";
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
