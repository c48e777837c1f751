/** @module Names that other servers give to what has another name here, and that no likeness leads to. */
import type { SettingName } from "./settings.ts";

/** What to write instead. */
export interface Meant {
  readonly name: SettingName;
  /** A sample of its value, as text. */
  readonly value: string;
}

const PORT: Meant = { name: "bind", value: ":8000" };
const HOST: Meant = { name: "bind", value: "0.0.0.0:8000" };
const PROCESSES: Meant = { name: "workers", value: "auto" };
const APPLICATION: Meant = { name: "wsgi_app", value: "app:handler" };

/** In lower case. */
const MEANT: Readonly<Record<string, Meant>> = {
  port: PORT,
  host: HOST,
  address: HOST,
  listen: HOST,
  processes: PROCESSES,
  instances: PROCESSES,
  cluster: PROCESSES,
  app: APPLICATION,
  application: APPLICATION,
};

/** The setting that `word`, in any case, stands for elsewhere; null for all other words. */
export function meantBy(word: string): Meant | null {
  const lower = word.toLowerCase();
  return Object.hasOwn(MEANT, lower) ? MEANT[lower] ?? null : null;
}
