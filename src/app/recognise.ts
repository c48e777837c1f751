/** @module What kind of application a value is. */
import type { FetchHandler } from "./fetch.ts";
import { type NodeApplication, recogniseNode } from "./node-frameworks.ts";
import { type Callable, classNameOf, isClass, methodOf, property } from "./shape.ts";

/** `what` is for messages: `an Express application`. A plain function may belong to any interface. */
export type Recognised =
  | { readonly kind: "fetch"; readonly what: string; readonly handler: FetchHandler }
  | { readonly kind: "node"; readonly what: string; readonly application: NodeApplication }
  | { readonly kind: "function"; readonly what: string; readonly function: Callable };

/** Null where the value cannot be served. A `fetch` method goes before being callable: a class or a router function may have one. */
export function recognise(value: unknown): Recognised | null {
  const application = recogniseNode(value);
  if (application !== null) return { kind: "node", what: application.what, application };
  const method = property(value, "fetch");
  if (isHandler(method)) return { kind: "fetch", what: describeOwner(value), handler: method.bind(value) };
  if (!isCallable(value) || isClass(value) || isRouter(value)) return null;
  return { kind: "function", what: "a function", function: value };
}

/** A part of an application: what it cannot answer it hands on to a third argument. */
export function isRouter(value: unknown): boolean {
  return typeof value === "function" && methodOf(value, "handle") !== null && Array.isArray(property(value, "stack"));
}

/** Called with its object already where it is a method. */
export function isHandler(value: unknown): value is FetchHandler {
  return typeof value === "function";
}

function isCallable(value: unknown): value is Callable {
  return typeof value === "function";
}

function describeOwner(value: unknown): string {
  if (typeof value !== "object" || value === null) return isClass(value) ? "a class with fetch" : "a function with fetch";
  const name = classNameOf(value);
  return name === null ? "an object with fetch" : `an object of class ${name} with fetch`;
}
