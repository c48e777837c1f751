/** @module An arbiter's log in syslog, which a reload may turn on, off and elsewhere. */
import type { RuntimeAdapter } from "../runtime/port.ts";
import type { Logger } from "./logger.ts";
import { DatagramOutlet, type Outlet } from "./outlet.ts";
import { syslogLog } from "./syslog.ts";
import type { SyslogSettings } from "./syslog-settings.ts";

type Host = Pick<RuntimeAdapter, "sockets" | "clock"> & { readonly process: { readonly pid: number } };

/** A log that goes to syslog as well, after {@link use} was called with a target. */
export class ArbiterSyslog implements Logger {
  readonly #host: Host;
  readonly #written: Logger;
  #log: Logger;
  #outlet: Outlet | null = null;
  /** What {@link use} was called with last, to compare. */
  #used = "null";

  /** `written`: the error log. It alone hears that syslog cannot be reached. */
  constructor(host: Host, written: Logger) {
    this.#host = host;
    this.#written = written;
    this.#log = written;
  }

  log(level: Parameters<Logger["log"]>[0], text: string): void {
    this.#log.log(level, text);
  }

  isEnabled(level: Parameters<Logger["isEnabled"]>[0]): boolean {
    return this.#log.isEnabled(level);
  }

  /** Sends there from now on; null: nowhere. */
  use(settings: SyslogSettings | null): void {
    const now = JSON.stringify(settings);
    if (now === this.#used) return;
    this.#used = now;
    this.close();
    if (settings === null) return;
    const outlet = new DatagramOutlet({ adapter: this.#host, log: this.#written, setting: "syslog_addr" }, settings.target);
    this.#outlet = outlet;
    this.#log = syslogLog(this.#written, outlet, settings, this.#host.process.pid);
  }

  /** Nothing more goes to syslog. */
  close(): void {
    this.#log = this.#written;
    this.#outlet?.close();
    this.#outlet = null;
  }
}
