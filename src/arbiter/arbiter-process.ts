/**
 * What a configuration says of the arbiter's own process and of the files that its workers write: variables, title, owner of the logs.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { type Logger, messageOf } from "../log/logger.ts";
import type { FileOwner, RuntimeAdapter } from "../runtime/port.ts";
import { pathIn } from "./path-in.ts";
import { processName, variablesOf } from "./worker-make.ts";

type Host = Pick<RuntimeAdapter, "process" | "files" | "logs">;

export class ArbiterProcess {
  readonly #host: Host;
  readonly #log: Logger;
  /** `.2` while another arbiter has the name. */
  #suffix: string;
  #name = "";
  /** Names of the variables that the configuration has set. */
  #variables: readonly string[] = [];
  /** Absolute paths of the files that workers open again when they are told to. */
  #logFiles: readonly string[] = [];
  #owner: FileOwner | null = null;

  constructor(host: Host, log: Logger, suffix: string) {
    this.#host = host;
    this.#log = log;
    this.#suffix = suffix;
  }

  /** From now on this configuration counts. `owner`: who the workers are, when that is not who the arbiter is. */
  use(config: Config, owner: FileOwner | null): void {
    const { process, files } = this.#host;
    const { accesslog, errorlog, chdir } = config.settings;
    const variables = variablesOf(config);
    const restored = Object.fromEntries(this.#variables.map((name) => [name, process.env[name]]));
    process.setVariables({ ...restored, ...variables });
    this.#variables = Object.keys(variables);
    this.#logFiles = [errorlog, accesslog].flatMap((path) => path === null || path === "-" ? [] : pathIn(files, chdir, path));
    this.#owner = owner;
    this.#name = processName(config);
    this.#setTitle();
    this.giveLogs();
  }

  /** The other arbiter is gone. */
  promote(): void {
    this.#suffix = "";
    this.#setTitle();
  }

  /**
   * Lets the workers' user open the log files again. To be called before the workers are told to: one that is missing is made here, for the
   * folder need not be theirs.
   */
  giveLogs(): void {
    const owner = this.#owner;
    if (owner === null) return;
    const { files, logs } = this.#host;
    for (const path of this.#logFiles) {
      try {
        logs.open(path).close();
        // Not a pipe or a terminal behind /dev/stdout.
        if (files.isFile(path)) files.setOwner(path, owner);
      } catch (error) {
        this.#log.log("error", messageOf(error));
      }
    }
  }

  #setTitle(): void {
    this.#host.process.setTitle(`tsgunicorn: arbiter [${this.#name}${this.#suffix}]`);
  }
}
