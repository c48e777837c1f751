/**
 * Setting `check_config`: everything that can be looked at without serving. Nothing is left behind: no socket, no file, no process.
 *
 * @module
 */
import { missingApplication } from "../cli/missing-application.ts";
import { formatBind } from "../config/bind.ts";
import { findBroken } from "../config/checks/apply-rules.ts";
import type { Config } from "../config/config.ts";
import type { Problem } from "../config/errors.ts";
import { CONFIG_EXIT_CODE } from "../exit-codes.ts";
import { messageOf } from "../log/logger.ts";
import type { ProcessIdentity, RuntimeAdapter, SocketPort, SystemPort, WorkerRuntime } from "../runtime/port.ts";
import { checkApplication, type CheckedApplication } from "./config-check-application.ts";
import { checkActivated, checkBinds } from "./config-check-binds.ts";
import { checkFiles } from "./config-check-files.ts";
import { Findings } from "./config-check-findings.ts";
import { findPidfileOwner, type PidfileOwner } from "./config-check-server.ts";
import { refuseActivatedDaemon } from "./daemon.ts";
import { findIdentity } from "./identity.ts";
import { pathIn } from "./path-in.ts";
import { inheritedSockets } from "./systemd.ts";
import { findWorkerRuntime } from "./worker-runtime.ts";

/** Prints what it found; resolves with the exit status. `known`: what reading the configuration has found. */
export async function checkConfig(adapter: RuntimeAdapter, config: Config, known: readonly Problem[]): Promise<number> {
  const findings = new Findings(known);
  const serving = await look(adapter, config, findings);
  findings.print(adapter);
  if (!findings.isGood) return CONFIG_EXIT_CODE;
  adapter.logs.print("stdout", `OK${serving === null ? "" : `: ${serving}`}\n`);
  return 0;
}

/** What would be served, in words; null where that could not be looked at. */
async function look(adapter: RuntimeAdapter, config: Config, findings: Findings): Promise<string | null> {
  const { settings, origin } = config;
  findings.warning(...findBroken(adapter, config, "warning", findings.unsound));
  for (const note of config.notes) findings.note(note);
  const cLibrary = await loadLibrary(adapter, findings);
  // Without the directory nearly all the rest would be wrong.
  if (!findings.isSound("chdir") || !enter(adapter, config, findings)) return null;
  const activated = inheritedSockets(adapter.process.env, adapter.process.pid);
  await findings.collect(async () => refuseActivatedDaemon(config, activated !== null));
  const server = checkPidfile(adapter, config, findings);
  if (cLibrary !== null) checkFiles(adapter.files, cLibrary.system, config, findings);
  const identity = cLibrary === null ? null : await findings.collect(() => findIdentity(adapter, config));
  const runtime = await findings.collect(() => findWorkerRuntime(adapter, config));
  const application = await findApplication(adapter, config, runtime, identity, findings);
  const ownBind = application?.bind ?? null;
  const bound = ownBind === null ? config : { ...config, binds: [ownBind], origin: { ...origin, bind: config.app ?? "" } };
  if (cLibrary !== null && activated !== null) checkActivated(cLibrary.sockets, activated, findings);
  else if (cLibrary !== null && findings.isSound("bind")) await checkBinds(cLibrary.sockets, bound, server, findings);
  if (application === null) return null;
  const addresses = (activated ?? bound.binds).map((bind) =>
    bind.kind === "tcp" ? `http://${formatBind(bind)}` : formatBind(bind)
  );
  const { name, version } = runtime ?? adapter;
  const workers = `${settings.workers} worker${settings.workers === 1 ? "" : "s"}`;
  return `${workers} on ${addresses.join(" and ")}, ${config.app} (${application.interface}) with ${name} ${version}`;
}

interface CLibrary {
  readonly sockets: SocketPort;
  readonly system: SystemPort;
}

async function loadLibrary(adapter: RuntimeAdapter, findings: Findings): Promise<CLibrary | null> {
  try {
    return { sockets: await adapter.sockets(), system: await adapter.system() };
  } catch (error) {
    findings.problem({ setting: null, source: null, message: messageOf(error), hint: null });
    return null;
  }
}

function enter({ process }: RuntimeAdapter, { settings, origin }: Config, findings: Findings): boolean {
  try {
    process.chdir(settings.chdir);
    return true;
  } catch (error) {
    const hint = "let this user enter it, or choose another directory";
    findings.problem({ setting: "chdir", source: origin.chdir, message: messageOf(error), hint });
    return false;
  }
}

function checkPidfile(adapter: RuntimeAdapter, { settings, origin }: Config, findings: Findings): PidfileOwner {
  const { pidfile, chdir } = settings;
  const owner = findPidfileOwner(adapter, pidfile === null ? null : pathIn(adapter.files, chdir, pidfile));
  if (owner.kind === "stranger") {
    const message = `"${pidfile}" names process ${owner.pid}, which lives and is no tsgunicorn`;
    findings.problem({
      setting: "pidfile",
      source: origin.pidfile,
      message,
      hint: "remove the file if it is stale, or choose another path",
    });
  }
  return owner;
}

async function findApplication(
  adapter: RuntimeAdapter,
  config: Config,
  runtime: WorkerRuntime | null,
  identity: ProcessIdentity | null,
  findings: Findings,
): Promise<CheckedApplication | null> {
  const { app } = config;
  if (app === null) {
    if (findings.isSound("wsgi_app")) findings.problem(missingApplication(adapter, config.settings.chdir));
    return null;
  }
  // Elsewhere, or as somebody else, it may fail for no reason of its own.
  const isSound = findings.isSound(
    "wsgi_app",
    "interface",
    "runtime",
    "user",
    "group",
    "initgroups",
    "env_file",
    "raw_env",
    "hook_timeout",
  );
  return isSound ? await checkApplication(adapter, config, app, runtime, identity, findings) : null;
}
