/** @module Local times as gunicorn writes them. */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** `2026-11-20 23:17:43 +0000`. */
export function formatTimestamp(epochMs: number): string {
  const at = new Date(epochMs);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time(at)} ${offset(at)}`;
}

/** `20/Nov/2026:23:17:45 +0000`, as access logs have it. */
export function formatAccessTime(epochMs: number): string {
  const second = Math.floor(epochMs / 1000);
  // Requests come by the thousands in a second.
  if (second !== shownSecond) {
    shownText = accessTime(new Date(epochMs));
    shownSecond = second;
  }
  return shownText;
}

/** The text of the last second that was asked for. */
let shownSecond = Number.NaN;
let shownText = "";

function accessTime(at: Date): string {
  return `${two(at.getDate())}/${MONTHS[at.getMonth()]}/${at.getFullYear()}:${time(at)} ${offset(at)}`;
}

function time(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

function offset(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${two(size % 60)}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}
