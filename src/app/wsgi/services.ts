/** @module What all calls of a WSGI application share. */
import type { LogLevel } from "../../log/level.ts";
import type { HeaderLists } from "./header-list.ts";
import type { StatusLines } from "./status-lines.ts";

export interface WsgiServices {
  readonly statuses: StatusLines;
  readonly headerLists: HeaderLists;
  log(level: LogLevel, text: string): void;
  /** Where `wsgi.errors` goes. */
  readonly logError: (text: string) => void;
}
