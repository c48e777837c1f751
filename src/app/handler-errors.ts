/** @module What to tell the owner of a handler that did not give a response. */

const LISTENER_CALL = /\b(?:(?:res|response|reply)\.\w+|\w+\.(?:writeHead|setHeader)) is not a function/;

const LISTENER_ADVICE =
  "It looks like a Node listener `(req, res)`, which this release does not serve; export a fetch handler, which returns a Response";

/** The error of a value that is no `Response`. */
export function describeWrongResult(handler: { readonly length: number }, result: unknown): TypeError {
  if (result !== undefined) return new TypeError(`The application must return a Response; it returned ${kindOf(result)}`);
  const advice = handler.length >= 2 ? `; is a \`return\` missing? Or: ${LISTENER_ADVICE}` : "; is a `return` missing?";
  return new TypeError(`The application must return a Response; it returned undefined${advice}`);
}

/** The error itself, save where a Node listener called a method of its missing `res`: then one that says so, with the error as its cause. */
export function explainFailure(handler: { readonly length: number }, error: unknown): unknown {
  if (handler.length < 2 || !(error instanceof TypeError) || !LISTENER_CALL.test(error.message)) return error;
  return new TypeError(`The application failed: ${error.message}. ${LISTENER_ADVICE}`, { cause: error });
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value === "string" ? "a string; wrap it in new Response()" : `a ${typeof value}`;
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "Object"
    ? `an object of class ${name}`
    : "a plain object; wrap it with Response.json()";
}
