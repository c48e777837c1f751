/** @module What to tell the owner of a handler that did not give a response. */
import { recognise } from "./recognise.ts";

const LISTENER_CALL = /\b(?:(?:res|response|reply)\.\w+|\w+\.(?:end|writeHead|setHeader)) is not a function/;
const WSGI_CALL = /\bstart_?response is not a function/i;

const LISTENER_ADVICE = "It looks like a Node listener `(req, res)`: serve it with --interface node";
const WSGI_ADVICE = "It looks like a WSGI application `(environ, startResponse)`: serve it with --interface wsgi";
const FACTORY_ADVICE = "It looks like a factory: name it with a call, as in 'app:create()'";

/** The error of a value that is no `Response`. */
export function describeWrongResult(handler: { readonly length: number }, result: unknown): TypeError {
  return new TypeError(`The application must return a Response; it returned ${adviceFor(handler, result)}`);
}

/** The error itself, save where the handler belongs to another interface: then one that says so, with the error as its cause. */
export function explainFailure(handler: { readonly length: number }, error: unknown): unknown {
  if (handler.length < 2 || !(error instanceof TypeError)) return error;
  const advice = LISTENER_CALL.test(error.message) ? LISTENER_ADVICE : WSGI_CALL.test(error.message) ? WSGI_ADVICE : null;
  return advice === null ? error : new TypeError(`The application failed: ${error.message}. ${advice}`, { cause: error });
}

function adviceFor(handler: { readonly length: number }, result: unknown): string {
  if (result === undefined) {
    return `undefined; is a \`return\` missing?${handler.length >= 2 ? ` Or: ${LISTENER_ADVICE}` : ""}`;
  }
  const application = recognise(result);
  return application === null ? kindOf(result) : `${application.what}. ${FACTORY_ADVICE}`;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value === "string" ? "a string; wrap it in new Response()" : `a ${typeof value}`;
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "Object"
    ? `an object of class ${name}`
    : "a plain object; wrap it with Response.json()";
}
