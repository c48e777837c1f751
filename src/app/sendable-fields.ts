/** @module Fields that an application gives beside a `Response`: of hints, trailers and upgrades. */
import { FIELD_VALUE } from "../http/grammar.ts";
import { toFields } from "./response-head.ts";

/** What a `Headers` can be made of: the name that it has among the types of browsers is not there in every project. */
export type HeadersSource = NonNullable<ConstructorParameters<typeof Headers>[0]>;

/**
 * A flat list in the order given, a line each: nothing is joined. Throws a TypeError that names the header, also for the control
 * characters that the Fetch standard lets pass and no message may have (RFC 9110 §5.5): here the caller can still be told.
 */
export function sendableFields(init: HeadersSource): string[] {
  const fields = toFields(init);
  for (let i = 0; i < fields.length; i += 2) {
    const value = fields[i + 1] ?? "";
    if (!FIELD_VALUE.test(value)) {
      throw new TypeError(`Invalid value of header "${fields[i]}": ${JSON.stringify(value)}. It has a control character`);
    }
  }
  return fields;
}
