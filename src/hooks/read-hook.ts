/** @module A value of a config file as a hook: a function with no more parameters than it will be given. */
import { type HookName, isHookName, parametersOf } from "./names.ts";
import type { ServerHooks } from "./types.ts";

/** Why a value is no hook: the message, in gunicorn's words, and what to do. */
export interface HookRefusal {
  readonly message: string;
  readonly hint: string;
}

/** Null where `value` can be called as the hook `name`. Parameters with defaults and rest parameters do not count. */
export function refuseHook(name: HookName, value: unknown): HookRefusal | null {
  const parameters = parametersOf(name);
  const hint = `write ${name}(${parameters.join(", ")}) { … }`;
  if (typeof value !== "function") return { message: "value is not callable", hint };
  // `class` cannot be called; there is no other way to tell one from a function.
  if (/^class\b/.test(Function.prototype.toString.call(value))) return { message: "value is not callable, it is a class", hint };
  if (value.length <= parameters.length) return null;
  return { message: `value must have an arity of: ${parameters.length}, and has ${value.length} parameters`, hint };
}

/** The hooks among the values of a config file; what is no hook is left out. */
export function pickHooks(values: Readonly<Record<string, unknown>>): ServerHooks {
  const hooks: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    if (isHookName(name) && refuseHook(name, value) === null) hooks[name] = value;
  }
  return hooks;
}
