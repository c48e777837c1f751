/** @module Tells the log which settings do not go together, though the server runs with them. */
import { findBroken, type RuleHost, type RuleSubject } from "../config/checks/apply-rules.ts";
import { describeProblem } from "../config/errors.ts";
import type { Logger } from "../log/logger.ts";

export class ConfigWarnings {
  readonly #host: RuleHost;
  readonly #log: Logger;
  /** Those of the configuration before. */
  #told: ReadonlySet<string> = new Set();

  constructor(host: RuleHost, log: Logger) {
    this.#host = host;
    this.#log = log;
  }

  /** At the start, and at a reload what is new: with `reload`, every change of a file is one. */
  tell(config: RuleSubject): void {
    const texts = findBroken(this.#host, config, "warning").map(describeProblem);
    for (const text of texts) if (!this.#told.has(text)) this.#log.log("warning", text);
    this.#told = new Set(texts);
  }
}
