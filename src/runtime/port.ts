/**
 * The port: everything the core asks of a runtime. Types only; an adapter in `runtimes/` implements it and is handed to
 * `main(adapter, argv)`. Nothing registers itself and the core never asks which runtime it is on, save to print its name.
 *
 * @module
 */
import type { BridgeHost, ServedApplication } from "../app/bridge.ts";

/** The runtimes that have an adapter. */
export type RuntimeName = "node" | "bun" | "deno";

/** A runtime that workers can be started on: it was found, asked, and can run this program. */
export interface WorkerRuntime {
  readonly name: RuntimeName;
  /** Of the runtime, such as `26.10.0`. */
  readonly version: string;
  /** Absolute path of its executable, links and shims followed. */
  readonly file: string;
}

/** Signals that an arbiter or a worker listens for or sends. */
export type SignalName =
  | "SIGTERM"
  | "SIGINT"
  | "SIGQUIT"
  | "SIGHUP"
  | "SIGTTIN"
  | "SIGTTOU"
  | "SIGUSR1"
  | "SIGUSR2"
  | "SIGWINCH";

/** Signals that are only sent. */
export type FatalSignalName = "SIGABRT" | "SIGKILL";

/** How a process ended: a code, or the signal that killed it. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Undoes what returned it; calling it twice is harmless. */
export type Undo = () => void;

/** An error that a system call gave, with its errno name (`EADDRINUSE`). Adapters throw this and nothing else for I/O. */
export interface SystemError extends Error {
  readonly code: string;
}

export interface ClockPort {
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonicMs(): number;
  /** Milliseconds since the epoch. */
  wallMs(): number;
  /** Calls `run` once after `delayMs`. The timer keeps the process alive. */
  after(delayMs: number, run: () => void): Undo;
  /** Calls `run` every `intervalMs`. The timer keeps the process alive. */
  every(intervalMs: number, run: () => void): Undo;
}

export interface ProcessPort {
  readonly pid: number;
  /** The environment as it was when the process started, less the variables that carry a worker's inheritance. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Who started this process, or who took it over when that ended. */
  parentPid(): number;
  cwd(): string;
  /** Throws a {@link SystemError} (`ENOENT`, `ENOTDIR`, `EACCES`). */
  chdir(path: string): void;
  /** Ends the process at once; what was written to a log sink has been handed to the system. */
  exit(code: number): never;
  /** Throws a {@link SystemError} (`ESRCH`, `EPERM`). Uses `process.kill` on every runtime (trap 2). */
  kill(pid: number, signal: SignalName | FatalSignalName): void;
  /** Whether a process with this pid exists, also when it belongs to somebody else. One that ended and was not reaped does not. */
  exists(pid: number): boolean;
  onSignal(signal: SignalName | "SIGABRT", listener: () => void): Undo;
  /** Called when the process ends by itself or by `exit`, also by the application's; not when a signal kills it. */
  onExit(listener: () => void): Undo;
  /** Called for errors nobody caught, so that one failing callback of the application does not end a worker. */
  onUncaught(listener: (error: unknown, origin: "exception" | "rejection") => void): Undo;
  /** Sets variables of this process's own environment; undefined takes one away. {@link env} stays as it is. */
  setVariables(variables: Readonly<Record<string, string | undefined>>): void;
  /** The mask for the modes of new files from now on. */
  setUmask(mask: number): void;
  /** What `ps` shows, where the runtime can change it. */
  setTitle(title: string): void;
}

export interface FilePort {
  isFile(path: string): boolean;
  isDirectory(path: string): boolean;
  /** Throws a {@link SystemError}. */
  readText(path: string): string;
  /** Writes beside the target and renames, so that a reader never sees half a file. Throws a {@link SystemError}. */
  replaceText(path: string, text: string, mode: number): void;
  /** Removes a file; one that is not there is fine. Throws a {@link SystemError} for anything else. */
  remove(path: string): void;
  /** Gives a file to somebody else. Throws a {@link SystemError}. */
  setOwner(path: string, owner: FileOwner): void;
  /** Names in a folder, sorted; an unreadable folder is empty. For suggestions in error messages. */
  list(path: string): readonly string[];
  /** Absolute form of `path`, seen from the working directory. */
  absolute(path: string): string;
  toUrl(absolutePath: string): string;
  fromUrl(fileUrl: string): string;
}

/** An open log destination. Writes are synchronous and whole lines, so that lines of several processes do not mix. */
export interface LogSink {
  /** Hands the text (which ends with a newline) to the system. Never throws; what cannot be written is counted. */
  write(text: string): void;
  /** Opens the same path again after a rotation (USR1). A path that cannot be opened keeps the old file and is an error. */
  reopen(): void;
  close(): void;
}

export interface LogPort {
  /** `"-stdout"` and `"-stderr"` are the standard streams; anything else is a path, opened for appending. Throws a {@link SystemError}. */
  open(target: string): LogSink;
  /** Writes to standard output or error and waits until it is written; a closed pipe (EPIPE) is not an error. */
  print(stream: "stdout" | "stderr", text: string): void;
  /** Whether the stream is a terminal, and how wide (columns; 80 when unknown). */
  terminal(stream: "stdout" | "stderr"): { readonly isTerminal: boolean; readonly columns: number };
}

/** Where a listener is bound. A unix path that begins with `@` is abstract. */
export type SocketAddress =
  | { readonly kind: "tcp"; readonly family: 4 | 6; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** A listening or bound socket that the arbiter holds. The descriptor is 100 or more (trap 5) and close-on-exec. */
export interface BoundSocket {
  readonly fd: number;
  /** With the port that the kernel chose where 0 was asked for. */
  readonly address: SocketAddress;
}

export interface BindOptions {
  /** Other sockets may bind the same TCP address later through {@link SocketPort.bindSibling}. The first bind is exclusive all the same. */
  readonly siblings: boolean;
  /** Mask for the mode of a unix socket's file. */
  readonly unixUmask: number;
  /** To whom a unix socket's file is given, if not to this user. */
  readonly unixOwner?: FileOwner | null;
  /** Refuse IPv4 on an IPv6 socket (another listener has the IPv4 side of the port). */
  readonly v6Only: boolean;
  /** Even the first bind shares the address: with sockets of this user that were bound to be shared. */
  readonly shared?: boolean;
}

/** Sockets through libc (arbiter only). Everything throws a {@link SystemError}. */
export interface SocketPort {
  /** Looks a host name up; a literal address answers itself. IPv4 first. */
  resolve(host: string): Promise<{ readonly family: 4 | 6; readonly host: string }>;
  /** Creates and binds, without listening. `EADDRINUSE` also for a unix path that a live server owns; a stale one is replaced. */
  bind(address: SocketAddress, options: BindOptions): BoundSocket;
  /** Another SO_REUSEPORT socket on the address of `first`. */
  bindSibling(first: BoundSocket): BoundSocket;
  /**
   * Takes over an inherited descriptor: checks that it is a stream socket and gives it a number of 100 or more. The number that
   * it had stays taken until it is closed.
   */
  inherit(fd: number): BoundSocket;
  /** Throws what {@link bind} would throw, and leaves nothing behind: sockets' files stay as they are, also stale ones. */
  tryBind(address: SocketAddress, options: BindOptions): void;
  /** The address of a descriptor, which stays as it is. Throws what {@link inherit} would throw. */
  lookAtInherited(fd: number): SocketAddress;
  /** listen(2). Calling it again changes the backlog. */
  listen(socket: BoundSocket, backlog: number): void;
  /** Whether the socket listens, by whomever's doing. */
  isListening(socket: BoundSocket): boolean;
  /** An inherited unix socket's file is this process's from now on: {@link refuseNew} and {@link close} remove it. */
  claimFile(socket: BoundSocket): void;
  /** The file of a unix socket is another process's from now on. */
  leaveFile(socket: BoundSocket): void;
  /** Drops new SYNs and keeps what already waits in the queue, so that a listener can be emptied before it is closed. */
  refuseNew(socket: BoundSocket): void;
  /** Whether a connection waits in the accept queue. */
  hasWaiting(socket: BoundSocket): boolean;
  close(socket: BoundSocket): void;
  /** Sends one datagram to a unix socket (sd_notify(3)); a path that begins with `@` is abstract. Does not wait: `EAGAIN`. */
  sendDatagram(path: string, text: string): void;
  /** A socket that sends datagrams to a UDP (`tcp` here stands for its host and port) or unix address. Also in workers. */
  openDatagram(address: SocketAddress): DatagramSocket;
  /** CLOCK_MONOTONIC of this machine in microseconds, which other processes read too (unlike {@link ClockPort.monotonicMs}). */
  systemMonotonicUs(): number;
}

/** Sends to one address. */
export interface DatagramSocket {
  /**
   * Hands one datagram over, and does not wait. Throws a {@link SystemError}: `EAGAIN`, `ECONNREFUSED` (for UDP also when an earlier one was
   * refused), `ENOENT`, `EMSGSIZE`.
   */
  send(text: string): void;
  close(): void;
}

/** Whom a file is given to. */
export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/** Who a worker is. `groups` are its supplementary groups. */
export interface ProcessIdentity extends FileOwner {
  readonly groups: readonly number[];
}

/** A user of this system. `gid` is the primary group. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** What is to be done with a file, or with the files in a folder. */
export type FileUse = "read" | "write";

/** What an arbiter asks of the C library besides sockets. Everything throws a {@link SystemError}. */
export interface SystemPort {
  /** The user with this name or number, as the system's own programs find it (NSS); null when there is none. */
  findUser(nameOrId: string | number): Account | null;
  /** The number of a group; null when there is none. */
  findGroup(name: string): number | null;
  /** The numbers of all groups that a user is in, `gid` among them. */
  groupsOf(user: string, gid: number): readonly number[];
  /**
   * Reaps a child that has ended; null while it lives, and for what is no child. Never to be called for a process that the runtime itself
   * has started: its end would be lost.
   */
  reap(pid: number): ExitStatus | null;
  /** access(2): throws when this process may not read or write a file, or list or make files in a folder. Nothing is opened. */
  access(path: string, wanted: FileUse): void;
  /**
   * Sends standard output and error to `/dev/null`; with `keepRedirected` only what is a terminal. The answer writes to what was standard
   * error before, until it is closed.
   */
  leaveTerminal(keepRedirected: boolean): LogSink;
  /** Sends standard output and error of this process, and of what it starts, to the end of a file. Also in workers, and again after a rotation. */
  captureOutput(path: string): void;
}

/** A worker's sign of life: an unlinked file whose modification time is a counter (immune to clock changes). */
export interface HeartbeatFile {
  readonly fd: number;
  /** The counter as the worker last wrote it; 0 before the first beat. */
  beats(): number;
  close(): void;
}

export interface ChannelHandlers {
  /** One line, without its newline. */
  line(text: string): void;
  /** The other side is gone, or broke the protocol (a line over the limit). Called once. */
  closed(): void;
}

/** Lines both ways between an arbiter and one worker. */
export interface Channel {
  /** Queues a line; after the channel closed it is dropped. */
  send(line: string): void;
  close(): void;
}

export interface SpawnRequest {
  /** Listening descriptors, in an order that the worker sees unchanged. */
  readonly listenerFds: readonly number[];
  readonly heartbeat: HeartbeatFile;
  /** Added to the arbiter's environment; undefined takes a variable away. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the worker works, absolute. Without it: where the arbiter is. */
  readonly directory?: string;
  readonly title: string;
  /** Null: the runtime of this process. */
  readonly runtime: WorkerRuntime | null;
}

export interface SpawnHandlers extends ChannelHandlers {
  exited(status: ExitStatus): void;
}

export interface WorkerProcess {
  readonly pid: number;
  readonly channel: Channel;
}

/** Starts workers (arbiter only). */
export interface SpawnPort {
  /** Throws a {@link SystemError}. `directory` is where the file is made (and unlinked). `owner`: who will write it, if not this user. */
  createHeartbeat(directory: string | null, owner?: FileOwner | null): HeartbeatFile;
  /**
   * Finds the runtime that setting `runtime` means, seen from `directory`, which is absolute: a name, looked for on PATH and in
   * `node_modules/.bin`, or a path. Rejects with an Error that says why this program cannot run on it, and what to do. Asked anew each
   * time: the executable may have been replaced.
   */
  findRuntime(wanted: string, directory: string): Promise<WorkerRuntime>;
  /** Starts this very program again as a worker. Throws a {@link SystemError} (`EAGAIN`, `ENOMEM`, `ENOENT`). */
  spawn(request: SpawnRequest, handlers: SpawnHandlers): WorkerProcess;
  /**
   * Starts this very program again as an arbiter beside this one, as the user started it: in the same folder, with the same environment,
   * in a session of its own. Gives its pid. Throws a {@link SystemError}.
   */
  startArbiter(request: ArbiterRequest, exited: (status: ExitStatus) => void): number;
  /**
   * Starts this very program again in the background, as the user started it, with these arguments: in a session of its own, standard input
   * empty, output and error as they are here. It finds {@link RuntimeAdapter.launcher}. Gives its pid. Throws a {@link SystemError}.
   */
  startDaemon(args: readonly string[], handlers: DaemonHandlers): number;
  /**
   * The executable and the words before the user's own arguments, by which this very program starts again, for a file that others run. Throws
   * an Error when there is no script to start again.
   */
  ownCommand(): readonly string[];
  /** Runs this very program again with other arguments and gives what it printed (HUP reads the configuration afresh this way). */
  capture(args: readonly string[], env: Readonly<Record<string, string>>, timeoutMs: number): Promise<CapturedRun>;
}

export interface DaemonHandlers {
  /** It serves. Called once at most. */
  ready(): void;
  exited(status: ExitStatus): void;
}

/** The process that started this one in the background and waits. */
export interface LauncherPort {
  /** Says that the server serves; saying it twice is harmless. */
  ready(): void;
}

export interface ArbiterRequest {
  /** The user's own arguments. */
  readonly args: readonly string[];
  /** Added to the environment as it was at the start; undefined takes a variable away. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly listenerFds: readonly number[];
  /** What the new arbiter finds in {@link RuntimeAdapter.handover}, made from the numbers that the descriptors have there. */
  record(numbersInChild: readonly number[]): string;
}

export interface CapturedRun extends ExitStatus {
  readonly stdout: string;
  readonly stderr: string;
}

/** What a worker got from its arbiter. */
export interface InheritancePort {
  /** In the order of {@link SpawnRequest.listenerFds}. */
  readonly listenerFds: readonly number[];
  readonly arbiterPid: number;
  /** Takes another identity for good, in all threads. Throws a {@link SystemError}, or an Error when it could be undone. */
  becomeUser(identity: ProcessIdentity): void;
  /** Writes the counter into the heartbeat file. */
  beat(count: number): void;
  openChannel(handlers: ChannelHandlers): Channel;
  /** Starts to accept from a descriptor; `kind` says of what. `backlog` is restored after the runtime's own listen(2) (trap 9). Rejects with a {@link SystemError}. */
  accept(fd: number, kind: SocketAddress["kind"], backlog: number, accepted: (socket: ClientSocket) => void): Promise<Acceptor>;
  /**
   * Closes the listening descriptors that no acceptor uses; nothing can be accepted from them afterwards. The kernel takes
   * connections as long as any process holds a listener, so that one who leaves slowly must let go early.
   */
  releaseListeners(): void;
}

/** A server on one inherited descriptor. */
export interface Acceptor {
  /**
   * Stops accepting. What waits in the kernel's queue stays there for another process. With `keepFd` the descriptor can be
   * given to `accept` again later (trap 14; on Node this loads the FFI library).
   */
  close(keepFd: boolean): void;
}

/** One accepted connection. */
export interface ClientSocket {
  /**
   * Empty for a unix socket, and only for that. `unknown` where the client was gone before anybody asked: a client that resets its connection
   * must not be taken for a local proxy.
   */
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Sets who hears of this socket; called once, before the next event. */
  attach(handlers: ClientSocketHandlers): void;
  /** Text of characters U+0000 to U+00FF, a byte each. False: wait for `drained` before the next write. */
  writeLatin1(text: string): boolean;
  /** The bytes must not change afterwards. False: wait for `drained` before the next write. */
  write(bytes: Uint8Array): boolean;
  /** Bytes accepted by `write` and not yet taken by the system. */
  bufferedBytes(): number;
  /** Stops and starts `received`. */
  pause(): void;
  resume(): void;
  /** Sends FIN after what was written. The other direction stays open. */
  end(): void;
  /** Closes both directions at once. What was written before may still arrive, and then looks as if it were the end. */
  destroy(): void;
  /** The same with a TCP reset: the client cannot take it for an end, and may lose what it has not read. */
  reset(): void;
}

export interface ClientSocketHandlers {
  /** The bytes belong to the receiver. */
  received(bytes: Uint8Array): void;
  /** The peer sent FIN. */
  ended(): void;
  drained(): void;
  /** Called once, last. */
  closed(): void;
}

export interface ModulePort {
  /** URL of a module that a package name or path means, seen from `fromDirectory`; null when there is none. */
  resolve(specifier: string, fromDirectory: string): string | null;
  /**
   * Imports the file of a URL as it is now, whatever was imported before; what it imports itself stays as it was. Rejects with what the
   * module throws. Each call keeps another copy in memory.
   */
  importAnew(url: string): Promise<unknown>;
  /** File extensions that this runtime can import, with their dot, in the order tried. */
  readonly extensions: readonly string[];
  /** What to tell a user whose module could not be imported for a reason of this runtime; null when nothing is known. */
  importHint(error: unknown): string | null;
  /**
   * Where the syntax of a module is wrong: `path:line:column` or `path:line` first, an excerpt after it; null when nothing is wrong. Only on
   * runtimes whose import error keeps that to itself (Node, for JavaScript modules).
   */
  locateSyntaxError?(source: string, moduleUrl: string): string | null;
}

/** Something in a folder. `link`: whatever it leads to. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: "file" | "folder" | "link" | "other";
}

/** What is at the end of a path, links followed. */
export interface FileLook {
  readonly isFolder: boolean;
  /** Another text after every change of a file. */
  readonly stamp: string;
}

/** Folders that are watched. */
export interface FolderWatch {
  /**
   * Watches these from now on, besides some of those before; a folder that cannot be watched is left out. Whether any was not watched yet,
   * among them those that were removed and are there again. Rejects with a {@link SystemError} when the system allows no more (`ENOSPC`,
   * `EMFILE`). Not to be called again before it is done.
   */
  follow(folders: readonly string[]): Promise<boolean>;
  close(): void;
}

/** `isEntry`: something came, went or was renamed; else it was written to. `name` null: not known. */
export type FolderListener = (folder: string, name: string | null, isEntry: boolean) => void;

/** Sees files change (arbiter, setting `reload`). Rejects with a {@link SystemError}; what is not there, or not to be read, is null. */
export interface WatchPort {
  list(folder: string): Promise<readonly FolderEntry[] | null>;
  look(path: string): Promise<FileLook | null>;
  /** Without links. */
  realPath(path: string): Promise<string | null>;
  /** Whether the file system of this folder tells of all changes; not where it is another machine's. */
  reportsChanges(folder: string): boolean;
  watchFolders(heard: FolderListener): FolderWatch;
}

/** Conversions that a runtime does much faster than portable code. */
export interface BytesPort {
  /** A byte to a character U+0000 to U+00FF each. */
  latin1(bytes: Uint8Array, start: number, end: number): string;
  utf8(text: string): Uint8Array;
}

/** A listener of the node interface, which gets genuine `http.IncomingMessage` and `http.ServerResponse` objects of the runtime. */
export type NodeListener = (request: object, response: object) => unknown;

/** The node interface: Node's own request and response objects, and the servers that are built on them. */
export interface NodeHttpPort {
  /** Whether `value` is an `http.Server` of this runtime; not one of `net`, `https` or `http2`. */
  isServer(value: unknown): value is object;
  /** Puts the bridge before a listener, or before the listeners of a server. */
  serve(target: NodeListener | object, host: BridgeHost): ServedApplication;
}

/** Where a program asked to listen. */
export type ProgramAddress =
  /** `host` null: on all addresses. */
  | { readonly kind: "tcp"; readonly host: string | null; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** What the fetch handler of a program can learn of its client. */
export interface ProgramContext {
  readonly remoteAddr: unknown;
  requestIP(): { readonly address: string; readonly family: "IPv4" | "IPv6"; readonly port: number } | null;
}

/** The handler that a program gave to `Deno.serve` or `Bun.serve`. */
export type ProgramHandler = (request: Request, context: ProgramContext) => Response | Promise<Response>;

/** What the program's server is put behind. */
export interface ProgramBridges {
  readonly host: BridgeHost;
  readonly node: NodeHttpPort;
  fetch(handler: ProgramHandler): ServedApplication;
}

/** The server whose listen call was taken over. */
export interface ProgramServer {
  /** Null: it named a descriptor, which says nothing of an address. */
  readonly asked: ProgramAddress | null;
  /** Puts the bridge before it, and tells the program a turn later that it listens. Called once at most. */
  serve(bridges: ProgramBridges): ServedApplication;
}

/** Who hears of what a program does instead of the runtime. */
export interface ProgramListener {
  /** Its first listen call. Called once at most; the server has to be served before this returns, if it is to be. */
  listened(server: ProgramServer): void;
  /** The program wants what cannot be taken over, and will not serve. */
  refused(reason: string): void;
  /** Something of it will not be as the program expects. Called once for each text. */
  warned(text: string): void;
}

/** Runs programs that listen by themselves (interface `script`). In a worker, once. */
export interface ScriptPort {
  /** Whether programs may serve with fetch handlers (`Deno.serve`, `Bun.serve`). */
  readonly hasFetchServers: boolean;
  /**
   * Takes over the program's listen calls and imports it as if it were the main module. Resolves with its exports. Rejects with what it
   * throws while it is loaded.
   */
  run(url: string, listener: ProgramListener): Promise<object>;
}

/** Where the core meets the runtime. */
export interface RuntimeAdapter {
  readonly name: RuntimeName;
  /** Of the runtime, such as `26.10.0`. */
  readonly version: string;
  readonly clock: ClockPort;
  readonly process: ProcessPort;
  readonly files: FilePort;
  readonly logs: LogPort;
  readonly modules: ModulePort;
  readonly bytes: BytesPort;
  readonly watch: WatchPort;
  /** Loads `node:http` the first time (workers of the node and script interfaces only). */
  nodeHttp(): Promise<NodeHttpPort>;
  /** Loads what takes over listen calls (workers of the script interface only). */
  scripts(): Promise<ScriptPort>;
  /** Loads the FFI library the first time (arbiter only). Rejects with an error that says what to install. */
  sockets(): Promise<SocketPort>;
  /** The same for the rest of the C library. */
  system(): Promise<SystemPort>;
  readonly spawner: SpawnPort;
  /** Null in an arbiter. */
  readonly inheritance: InheritancePort | null;
  /** {@link ArbiterRequest.record} of the arbiter that started this one to replace it (USR2); null in any other process. */
  readonly handover: string | null;
  /** Null unless {@link SpawnPort.startDaemon} started this process. */
  readonly launcher: LauncherPort | null;
}
