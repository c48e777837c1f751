/**
 * A worker's side of the spawn: what it got, ready to use.
 *
 * @module
 */
import type { Socket } from "node:net";
import process from "node:process";
import type { InheritancePort } from "../../src/runtime/port.ts";
import { writeBeat } from "./heartbeat.ts";
import { becomeUser, type SetGroups } from "./identity.ts";
import type { InheritanceRecord } from "./inheritance-variable.ts";
import type { Libc } from "./libc.ts";
import { setInheritable } from "./libc-calls.ts";
import { openLineChannel, type WriteNow } from "./line-channel.ts";
import { type AcceptorParts, createAccepting } from "./net-acceptor.ts";
import { attempting } from "./system-error.ts";

/** What differs between runtimes. */
export interface InheritanceParts extends AcceptorParts {
  setTitle(title: string): void;
  setGroups: SetGroups;
  /** A socket on the channel's descriptor. */
  channelSocket(fd: number): Socket;
  /** For a runtime whose writes would not be handed to the system before an exit; null: they are. */
  writeNow(fd: number): WriteNow | null;
}

/** The inheritance port. Goes to the arbiter's folder: workers start where the arbiter was started. */
export function createInheritance(record: InheritanceRecord, parts: InheritanceParts): InheritancePort {
  const { listenerFds, arbiterPid, heartbeatFd, channelFd, directory, title } = record;
  if (directory !== null) attempting(`Cannot change to the folder "${directory}"`, () => process.chdir(directory));
  if (title !== "") parts.setTitle(title);
  const { accept, release } = createAccepting(parts);
  return {
    listenerFds,
    arbiterPid,
    becomeUser: (identity) => becomeUser(identity, parts.setGroups),
    beat: (count) => writeBeat(heartbeatFd, count),
    openChannel: (handlers) => openLineChannel(parts.channelSocket(channelFd), handlers, parts.writeNow(channelFd)),
    accept,
    releaseListeners: () => release(listenerFds),
  };
}

/** Makes what was inherited close-on-exec, so that programs which the application starts do not hold the listeners open (trap 6). */
export function keepFromChildren(libc: Libc, record: InheritanceRecord): void {
  for (const fd of [...record.listenerFds, record.heartbeatFd, record.channelFd]) setInheritable(libc, fd, false);
}
