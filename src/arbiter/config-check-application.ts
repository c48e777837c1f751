/**
 * Whether the application loads: in a process as the workers' will be, with their runtime, user, variables and time.
 *
 * @module
 */
import type { BindTarget } from "../config/bind.ts";
import { type Config, DEFAULT_ORIGIN } from "../config/config.ts";
import { toArbiterSettings, toWorkerSettings } from "../config/derive.ts";
import { messageOf } from "../log/logger.ts";
import type { ProcessIdentity, RuntimeAdapter, WorkerRuntime } from "../runtime/port.ts";
import { type CheckRequest, type Finding, inspectInProcess } from "./application-check.ts";
import type { Findings } from "./config-check-findings.ts";
import { toBind } from "./program-bind.ts";
import { workerMake } from "./worker-make.ts";

/** An application that loads. */
export interface CheckedApplication {
  readonly interface: string;
  /** Where the program listens by itself, which takes the place of `bind`; null: as `bind` says. */
  readonly bind: BindTarget | null;
}

/** Null: it does not load, which is among the findings then. */
export async function checkApplication(
  adapter: RuntimeAdapter,
  config: Config,
  app: string,
  runtime: WorkerRuntime | null,
  identity: ProcessIdentity | null,
  findings: Findings,
): Promise<CheckedApplication | null> {
  const { settings, origin } = config;
  const decidesBind = settings.interface === "script" && origin.bind === DEFAULT_ORIGIN;
  const request: CheckRequest = {
    settings: { ...toWorkerSettings(config), identity },
    runtime,
    env: workerMake(config).env,
    timeoutMs: toArbiterSettings(config).bootTimeoutMs,
    until: decidesBind ? "listens" : "loaded",
  };
  const fail = (report: string): null => {
    const [first = "", ...lines] = report.trimEnd().split("\n");
    const message = first.replace(/\.$/, "");
    findings.reportedProblem({ setting: "wsgi_app", source: origin.wsgi_app, message, hint: null }, lines);
    return null;
  };
  let found: Finding;
  try {
    found = await inspectInProcess(adapter, request);
  } catch (error) {
    return fail(`the process that loads the application cannot be started: ${messageOf(error)}`);
  }
  if (found.failure !== null) return fail(found.failure.report);
  try {
    const bind = found.listens === null ? null : toBind(app, found.listens, settings.chdir);
    return { interface: found.interface ?? settings.interface, bind };
  } catch (error) {
    return fail(messageOf(error));
  }
}
