/** @module Whether the addresses of a configuration could be listened on: each is bound and given back at once, and never listened on. */
import { type BindTarget, formatBind } from "../config/bind.ts";
import type { Config } from "../config/config.ts";
import { messageOf } from "../log/logger.ts";
import type { SocketAddress, SocketPort } from "../runtime/port.ts";
import { isIpv6Only, ListenError, resolveTarget } from "./binder.ts";
import type { Findings } from "./config-check-findings.ts";
import type { PidfileOwner } from "./config-check-server.ts";

/** The first port that everybody may listen on, unless the system says otherwise (`net.ipv4.ip_unprivileged_port_start`). */
const FIRST_FREE_PORT = 1024;

type Sockets = Pick<SocketPort, "resolve" | "tryBind" | "lookAtInherited">;

/** `server`: who has the pid file. */
export async function checkBinds(sockets: Sockets, config: Config, server: PidfileOwner, findings: Findings): Promise<void> {
  const { binds, settings, origin } = config;
  const report = (message: string, hint: string | null): void => {
    findings.problem({ setting: "bind", source: origin.bind, message, hint });
  };
  const earlier: { readonly text: string; readonly address: SocketAddress }[] = [];
  for (const target of binds) {
    const text = formatBind(target);
    try {
      if (target.kind === "fd") {
        sockets.lookAtInherited(target.fd);
        continue;
      }
      const address = await resolveTarget(sockets, target);
      const twin = settings.reuse_port ? undefined : earlier.find((other) => overlap(other.address, address));
      earlier.push({ text, address });
      if (twin !== undefined) {
        report(`"${text}" and "${twin.text}" cannot both be listened on`, "remove one of them");
        continue;
      }
      const v6Only = isIpv6Only(binds, address);
      sockets.tryBind(address, { siblings: false, unixUmask: settings.umask, v6Only, shared: settings.reuse_port });
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : null;
      if (code === "EADDRINUSE" && server.kind === "server") {
        findings.note(`"${text}" is in use, as it is while the server runs (pid ${server.pid}, as the pidfile says)`);
      } else if (code === "EADDRINUSE") {
        report(
          `"${text}" is in use`,
          "stop the other server, or choose another address; if it is this very server that runs, name its pidfile",
        );
      } else {
        report(error instanceof ListenError ? error.message : messageOf(error), adviceFor(target, code));
      }
    }
  }
}

/** Descriptors that systemd handed over in place of `bind`. */
export function checkActivated(sockets: Sockets, activated: readonly BindTarget[], findings: Findings): void {
  for (const target of activated) {
    try {
      if (target.kind === "fd") sockets.lookAtInherited(target.fd);
    } catch (error) {
      findings.problem({
        setting: null,
        source: "LISTEN_FDS",
        message: messageOf(error),
        hint: "look at the socket unit of systemd",
      });
    }
  }
}

function adviceFor(target: BindTarget, code: unknown): string | null {
  if (target.kind === "fd") return "the socket must be open when tsgunicorn starts, as systemd and other supervisors do it";
  if (target.kind === "unix") return code === "EACCES" ? "let this user write in the folder, or choose another path" : null;
  if (code === "EADDRNOTAVAIL") return 'this machine does not have it; use one that it has, or "0.0.0.0" for all';
  if (code === "EACCES" && target.port < FIRST_FREE_PORT) {
    return `ports below ${FIRST_FREE_PORT} are for root, with CAP_NET_BIND_SERVICE, or as net.ipv4.ip_unprivileged_port_start says`;
  }
  return null;
}

/** Whether no two sockets can have both. */
function overlap(one: SocketAddress, other: SocketAddress): boolean {
  if (one.kind !== "tcp" || other.kind !== "tcp" || one.port === 0 || one.port !== other.port || one.family !== other.family) {
    return false;
  }
  return one.host === other.host || [one.host, other.host].some((host) => host === "0.0.0.0" || host === "::");
}
