/** @module The one format in which a server writes dates. */

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const YEAR_MAX = 9999;

/**
 * `IMF-fixdate` (RFC 9110 §5.6.7), such as `Sun, 06 Nov 1994 08:49:37 GMT`: always 29 characters, which `Date.toUTCString` does not
 * promise for every year. Fractions of a second are cut off. Throws a `RangeError` for what is no time in the years 0 to 9999.
 */
export function httpDate(epochMs: number): string {
  const date = new Date(epochMs);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= YEAR_MAX)) throw new RangeError(`Time ${epochMs} ms is outside of the years 0 to ${YEAR_MAX}`);
  const day = DAYS[date.getUTCDay()] ?? "";
  const month = MONTHS[date.getUTCMonth()] ?? "";
  const time = `${digits(date.getUTCHours(), 2)}:${digits(date.getUTCMinutes(), 2)}:${digits(date.getUTCSeconds(), 2)}`;
  return `${day}, ${digits(date.getUTCDate(), 2)} ${month} ${digits(year, 4)} ${time} GMT`;
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, "0");
}
