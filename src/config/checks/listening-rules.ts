/** @module Rules about addresses, sockets and the files of the server. */
import type { Rule, RuleFacts } from "./rule.ts";

function hasUnixSocket({ binds }: RuleFacts): boolean {
  // An inherited one may be of either kind.
  return binds.some(({ kind }) => kind !== "tcp");
}

/** What has the path of the pid file too; null: nothing has. */
function pidfileTwin({ settings, binds, file, absolute }: RuleFacts): string | null {
  const { pidfile, errorlog, accesslog } = settings;
  if (pidfile === null) return null;
  const others: readonly (readonly [name: string, path: string | null])[] = [
    ["errorlog", errorlog === "-" ? null : errorlog],
    ["accesslog", accesslog === "-" ? null : accesslog],
    ["the config file", file],
    ...binds.map((bind) => ["a unix socket of bind", bind.kind === "unix" ? bind.path : null] as const),
  ];
  return others.find(([, path]) => path !== null && absolute(path) === absolute(pidfile))?.[0] ?? null;
}

/** The rules. */
export const LISTENING_RULES: readonly Rule[] = [
  {
    severity: "problem",
    settings: ["daemon", "bind"],
    isBroken: ({ settings, binds }) => settings.daemon && binds.some(({ kind }) => kind === "fd"),
    message: "a daemon cannot have sockets that it was started with (fd://)",
    fix: "leave it off: who opened the sockets also keeps the server in the background",
  },
  {
    severity: "problem",
    settings: ["pidfile", "errorlog", "accesslog", "bind"],
    isBroken: (facts) => pidfileTwin(facts) !== null,
    message: (facts) => `"${facts.settings.pidfile}" is also the path of ${pidfileTwin(facts)}`,
    fix: "give it a file of its own",
  },
  {
    severity: "warning",
    settings: ["backlog"],
    isBroken: ({ settings, machine, isSet }) => isSet("backlog") && settings.backlog > machine.backlogMax,
    message: ({ settings, machine }) =>
      `${settings.backlog} is more than this system allows: no queue is longer than ${machine.backlogMax} (net.core.somaxconn)`,
    fix: "raise that with sysctl, or lower backlog",
  },
  {
    severity: "warning",
    settings: ["worker_connections"],
    isBroken: ({ settings, machine, isSet }) =>
      isSet("worker_connections") && settings.worker_connections > machine.connectionsMax,
    message: ({ settings, machine }) =>
      `${settings.worker_connections} is more than the limit of open files allows: a worker takes ${machine.connectionsMax}`,
    fix: "raise the limit (ulimit -n, LimitNOFILE= of systemd), or lower worker_connections",
  },
  {
    severity: "warning",
    settings: ["umask", "bind"],
    isBroken: (facts) => facts.settings.umask !== 0 && !hasUnixSocket(facts),
    message: "has no effect: it is for the files of unix sockets, and bind has none",
    fix: "leave it out",
  },
  {
    severity: "warning",
    settings: ["reuse_port", "bind"],
    isBroken: ({ settings, binds }) => settings.reuse_port && binds.every(({ kind }) => kind !== "tcp"),
    message: "has no effect: only TCP ports can be shared, and bind has none",
    fix: "leave it off",
  },
];
