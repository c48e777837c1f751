/** @module Who hears of a worker's messages and answers: files, syslog, StatsD. */
import type { WorkerSettings } from "../config/worker-settings.ts";
import { type AccessLog, createAccessLog } from "../log/access.ts";
import { compileAccessFormat } from "../log/access-format.ts";
import type { Logger } from "../log/logger.ts";
import { DatagramOutlet } from "../log/outlet.ts";
import { syslogLog, syslogSink } from "../log/syslog.ts";
import { meteredLog } from "../metrics/metered-log.ts";
import { meteredRequests } from "../metrics/request-metrics.ts";
import { Statsd } from "../metrics/statsd.ts";
import type { LogSink, RuntimeAdapter } from "../runtime/port.ts";

/** What a worker logs with. */
export interface Outlets {
  readonly log: Logger;
  /** `file`: where `accesslog` goes. Null: nobody wants to hear of answers. */
  access(file: LogSink | null): AccessLog | null;
}

/** `written`: the error log as it is without syslog and metrics. It hears what is wrong with those. */
export function openOutlets(
  adapter: Pick<RuntimeAdapter, "sockets" | "clock" | "process">,
  { syslog, statsd: metrics, accessLogFormat }: Pick<WorkerSettings, "syslog" | "statsd" | "accessLogFormat">,
  written: Logger,
): Outlets {
  const { clock, process: { pid } } = adapter;
  const toSyslog = syslog === null ? null : new DatagramOutlet({ adapter, log: written, setting: "syslog_addr" }, syslog.target);
  const toStatsd = metrics === null
    ? null
    : new DatagramOutlet({ adapter, log: written, setting: "statsd_host" }, metrics.target);
  const statsd = metrics === null || toStatsd === null ? null : new Statsd(toStatsd, clock, metrics);
  const told = syslog === null || toSyslog === null ? written : syslogLog(written, toSyslog, syslog, pid);
  return {
    log: statsd === null ? told : meteredLog(told, (metric) => statsd.increment(metric)),
    access(file): AccessLog | null {
      const isTold = syslog !== null && toSyslog !== null && syslog.takesAccess;
      const sink = isTold ? syslogSink(toSyslog, syslog, pid, file) : file;
      const access = sink === null ? null : createAccessLog(sink, clock, compileAccessFormat(accessLogFormat, pid));
      return statsd === null ? access : meteredRequests(statsd, access, clock);
    },
  };
}
