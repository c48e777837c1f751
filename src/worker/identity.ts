/**
 * Settings `user` and `group` in the worker.
 *
 * @module
 */
import type { InheritancePort, ProcessIdentity } from "../runtime/port.ts";

/**
 * To be called after the logs are open and before anything of the application runs. Throws an Error that says what was refused; the worker
 * must not go on then.
 */
export function takeIdentity(inheritance: Pick<InheritancePort, "becomeUser">, identity: ProcessIdentity | null): void {
  if (identity === null) return;
  try {
    inheritance.becomeUser(identity);
  } catch (error) {
    throw new Error(`Cannot run the worker as ${identity.uid}:${identity.gid} (settings user and group)`, { cause: error });
  }
}
