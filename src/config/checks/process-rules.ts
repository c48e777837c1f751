/** @module Rules about processes: who they are, how they begin and end, when they are replaced. */
import type { Rule, RuleFacts } from "./rule.ts";

/** What Kubernetes gives a pod to end, where nothing else is said (`terminationGracePeriodSeconds`). */
const POD_GRACE_S = 30;
/** A worker without an application has about so much on the leanest runtime. */
const LEAN_WORKER_BYTES = 32 * 1024 * 1024;

function stopSeconds({ settings }: RuleFacts): number {
  return settings.shutdown_delay + settings.graceful_timeout;
}

/** The rules. */
export const PROCESS_RULES: readonly Rule[] = [
  {
    severity: "warning",
    settings: ["max_requests_jitter", "max_requests"],
    isBroken: ({ settings }) => settings.max_requests_jitter > 0 && settings.max_requests === 0,
    message: "has no effect without max_requests",
    fix: "set max_requests, or leave it out",
  },
  {
    severity: "warning",
    settings: ["max_worker_memory"],
    isBroken: ({ settings }) => settings.max_worker_memory > 0 && settings.max_worker_memory < LEAN_WORKER_BYTES,
    message: ({ settings }) =>
      `${settings.max_worker_memory} bytes are less than a worker has when it starts: workers are replaced without end`,
    fix: "write a unit, as in 512mb",
  },
  {
    severity: "warning",
    settings: ["shutdown_delay", "graceful_timeout"],
    isBroken: (facts) =>
      facts.machine.isPod && stopSeconds(facts) > POD_GRACE_S &&
      (facts.isSet("shutdown_delay") || facts.isSet("graceful_timeout")),
    message: (facts) =>
      `with graceful_timeout a stop may take ${
        stopSeconds(facts)
      } s, and Kubernetes kills after ${POD_GRACE_S} s unless it is told otherwise`,
    fix: "set terminationGracePeriodSeconds of the pod higher, or these lower",
  },
  {
    severity: "warning",
    settings: ["reload"],
    isBroken: ({ settings, machine }) => settings.reload && machine.isProduction,
    message: "is for development, and NODE_ENV is production",
    fix: "leave it off, and send HUP for new code",
  },
  {
    severity: "warning",
    settings: ["preload_app", "reload"],
    isBroken: ({ settings }) => settings.preload_app && settings.reload,
    message: "does not stop a start together with reload, which waits for the next change instead",
    fix: "leave one of them off",
  },
  {
    severity: "warning",
    settings: ["group", "user"],
    isBroken: ({ settings }) => settings.group !== null && settings.user === null,
    message: "is set without user: the workers have the group, and stay the arbiter's user",
    fix: "set user too",
  },
  {
    severity: "warning",
    settings: ["initgroups", "user"],
    isBroken: ({ settings }) => settings.initgroups && settings.user === null && settings.group === null,
    message: "has no effect without user",
    fix: "set user, or leave it off",
  },
  {
    severity: "warning",
    settings: ["daemon"],
    isBroken: ({ settings, machine }) => settings.daemon && machine.isNotifyService,
    message: "you shouldn't specify `daemon = true` when launching by systemd with `Type = notify`",
    fix: "leave it off: systemd keeps the server in the background",
  },
  {
    severity: "warning",
    settings: ["errorlog", "daemon", "enable_stdio_inheritance"],
    isBroken: ({ settings }) => settings.daemon && settings.errorlog === "-" && !settings.enable_stdio_inheritance,
    message: "the error log of a daemon goes to /dev/null",
    fix: "name a file with --error-logfile",
  },
  {
    severity: "warning",
    settings: ["accesslog", "daemon", "enable_stdio_inheritance"],
    isBroken: ({ settings }) => settings.daemon && settings.accesslog === "-" && !settings.enable_stdio_inheritance,
    message: "the access log of a daemon goes to /dev/null",
    fix: "name a file with --access-logfile",
  },
  {
    severity: "warning",
    settings: ["enable_stdio_inheritance", "daemon"],
    isBroken: ({ settings }) => settings.enable_stdio_inheritance && !settings.daemon,
    message: "has no effect without daemon: the streams are kept anyway",
    fix: "leave it off",
  },
];
