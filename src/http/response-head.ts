/** @module The head of a response as the application bridge gives it to the connection. */

/** Field lines as a flat list: name, value, name, value, in the order to be sent. */
export interface ResponseHead {
  /** 200 to 599. Interim responses have their own call. */
  readonly status: number;
  /** Empty: the standard reason phrase of the status. */
  readonly reason: string;
  readonly fields: readonly string[];
}
