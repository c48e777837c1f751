/** @module Keeps secrets out of what people read: they copy it into logs and questions. */

const MASK = "***";

/** Names of variables whose values nobody should see. */
const SECRET_NAME = /KEY|SECRET|TOKEN|PASS|PWD|CREDENTIAL|AUTH|COOKIE|SALT|DSN|PRIVATE/i;

/** A password in a URL (RFC 3986 §3.2.1). */
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"]*:)[^\s/"]+(?=@)/gi;

/** `NAME=VALUE` without its value where that is a secret by its name, and without the password of a URL. */
export function maskVariable(entry: string): string {
  const end = entry.indexOf("=");
  if (end >= 0 && SECRET_NAME.test(entry.slice(0, end))) return `${entry.slice(0, end)}=${MASK}`;
  return entry.replaceAll(URL_PASSWORD, `$1${MASK}`);
}
