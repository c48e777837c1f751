/** @module Units for systemd: systemd.service(5), systemd.socket(5), systemd.exec(5). */
import { declarationOf } from "../../config/settings.ts";

/** What the units are written for. */
export interface UnitDraft {
  /** The executable and the words that start tsgunicorn, without its own arguments. Absolute where they are paths. */
  readonly command: readonly string[];
  /** Where the application is; absolute. */
  readonly directory: string;
  /** Who shall run it; null where that is not known, or is root. */
  readonly user: string | null;
}

/** Beyond `graceful_timeout`: what closing takes, and a `shutdown_delay` of some seconds. */
const STOP_MARGIN_S = 15;

/** Of the socket unit, where the setting `bind` no longer counts. */
const STREAM = "127.0.0.1:8000";

/** The text of `tsgunicorn.service`. Ends with a newline. */
export function renderService({ command, directory, user }: UnitDraft): string {
  const gracefulS = Number(declarationOf("graceful_timeout").default);
  return `# tsgunicorn under systemd, written by: tsgunicorn init --systemd
# Flags may follow the command in ExecStart; the application and the rest are in the config file of WorkingDirectory.

[Unit]
Description=tsgunicorn in ${percent(directory)}
After=network.target

[Service]
Type=notify
NotifyAccess=main
ExecStart=${command.map(quote).join(" ")}
ExecReload=/bin/kill -HUP $MAINPID
WorkingDirectory=${percent(directory)}
Environment=NODE_ENV=production
${
    user === null
      ? "# Who runs it. Not root: all that the application may do, who breaks into it may do.\n# User=www-data"
      : `User=${user}`
  }

# The arbiter alone is told to stop, and sees to its workers. They have graceful_timeout (${gracefulS} s by default) and shutdown_delay:
# keep this longer than both together.
KillMode=mixed
TimeoutStopSec=${gracefulS + STOP_MARGIN_S}
Restart=on-failure
# A command line that makes no sense makes none the second time.
RestartPreventExitStatus=2
WatchdogSec=10
LimitNOFILE=65536

NoNewPrivileges=yes
PrivateTmp=${[directory, ...command].some((word) => /^\/(?:var\/)?tmp\//.test(word)) ? "no" : "yes"}
ProtectSystem=full
${protectHome(command, directory)}
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
# For ports below 1024:
# AmbientCapabilities=CAP_NET_BIND_SERVICE
# Not MemoryDenyWriteExecute: JavaScript engines make machine code while they run.

[Install]
WantedBy=multi-user.target
`;
}

/** The text of `tsgunicorn.socket`. Ends with a newline. */
export function renderSocket({ directory }: UnitDraft): string {
  return `# Sockets that systemd opens for tsgunicorn.service, in place of the setting bind, written by: tsgunicorn init --systemd
# Connections wait in them while the service starts and restarts. All workers share them, so that connections are spread less evenly
# than over those of bind; without this unit, tsgunicorn opens its own.

[Unit]
Description=Sockets of tsgunicorn in ${percent(directory)}

[Socket]
ListenStream=${STREAM}
Backlog=${String(declarationOf("backlog").default)}

[Install]
WantedBy=sockets.target
`;
}

/** Folders of users stay readable only where the application, its runtime or the runtime's cache of packages is in one. */
function protectHome(command: readonly string[], directory: string): string {
  const isHome = (path: string): boolean => /^(?:\/(?:home|root|run\/user)(?:\/|$)|(?:npm|jsr|https?):)/.test(path);
  if (![directory, ...command].some(isHome)) return "ProtectHome=yes";
  return `ProtectHome=read-only${isHome(directory) ? `\nReadWritePaths=${quote(directory)}` : ""}`;
}

/** A word of a command line as systemd.service(5) reads it: specifiers begin with a percent sign, variables with a dollar sign. */
function quote(word: string): string {
  const text = percent(word).replaceAll("$", "$$$$");
  return /[\s"'\\;]/.test(text) || text === "" ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : text;
}

function percent(text: string): string {
  return text.replaceAll("%", "%%");
}
