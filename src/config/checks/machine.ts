/** @module What rules ask of the machine and the environment. Nothing of it is waited for. */
import type { FilePort } from "../../runtime/port.ts";
import { connectionLimit } from "../../worker/connection-limit.ts";
import type { ConfigHost, Environment } from "../host.ts";

/** Where the server runs. Infinity: no limit is known. */
export interface Machine {
  /** Systemd waits for a sign of life (`Type=notify`). */
  readonly isNotifyService: boolean;
  /** In a pod of Kubernetes. */
  readonly isPod: boolean;
  /** `NODE_ENV=production`. */
  readonly isProduction: boolean;
  /** Connections that a worker can have, by the limit of open files. */
  readonly connectionsMax: number;
  /** The longest queue of a socket (`net.core.somaxconn`, listen(2)). */
  readonly backlogMax: number;
}

/** Reads some small files of the kernel. Never throws. */
export function readMachine(
  host: { readonly process: { readonly env: Environment }; readonly files: Pick<ConfigHost["files"], "readText"> },
): Machine {
  const { env } = host.process;
  return {
    isNotifyService: (env["NOTIFY_SOCKET"] ?? "") !== "",
    isPod: (env["KUBERNETES_SERVICE_HOST"] ?? "") !== "",
    isProduction: env["NODE_ENV"] === "production",
    connectionsMax: connectionLimit(host.files, Infinity).most,
    backlogMax: readBacklogMax(host.files),
  };
}

function readBacklogMax(files: Pick<FilePort, "readText">): number {
  try {
    const text = files.readText("/proc/sys/net/core/somaxconn").trim();
    return /^\d{1,10}$/.test(text) ? Number(text) : Infinity;
  } catch {
    // No such file in some sandboxes.
    return Infinity;
  }
}
