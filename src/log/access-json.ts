/** @module A JSON object per line, the format `json` of the access log. */
import { fieldValue } from "../http/fields.ts";
import type { AccessFormat } from "./access.ts";
import { durationMs } from "./access-atoms.ts";
import { basicUserName } from "./basic-user.ts";
import { escapeJson } from "./escape.ts";

const DECIMALS_OF_MS = 1000;

/** Names in snake case; what is not there is null. Times are UTC (RFC 3339), durations milliseconds with three decimals at most. */
export function jsonFormat(pid: number): AccessFormat {
  return {
    wantsDetail: true,
    line(entry, epochMs) {
      const { head, remoteAddress, status, bodyBytes } = entry;
      const { fields } = head;
      const tookMs = Math.round(durationMs(entry) * DECIMALS_OF_MS) / DECIMALS_OF_MS;
      return `{"time":"${new Date(epochMs).toISOString()}","pid":${pid},"remote_address":${text(remoteAddress)},` +
        `"user":${text(basicUserName(fieldValue(fields, "authorization")))},` +
        `"scheme":${text(entry.detail?.origin.scheme ?? "")},"host":${text(entry.detail?.origin.authority ?? head.authority)},` +
        `"method":${text(head.method)},"target":${text(head.target)},"protocol":"HTTP/1.${head.minorVersion}",` +
        `"status":${status},"body_bytes":${bodyBytes},"duration_ms":${tookMs},` +
        `"referer":${text(fieldValue(fields, "referer"))},"user_agent":${text(fieldValue(fields, "user-agent"))}}\n`;
    },
  };
}

function text(value: string | null): string {
  return value === null || value === "" ? "null" : `"${escapeJson(value)}"`;
}
