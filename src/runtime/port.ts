/**
 * The port: everything the core asks of a runtime. Types only; an adapter in `runtimes/` implements it and is handed to
 * `main(adapter, argv)`. Nothing registers itself and the core never asks which runtime it is on, save to print its name.
 *
 * @module
 */

/** The runtimes that have an adapter. */
export type RuntimeName = "node" | "bun" | "deno";

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
  cwd(): string;
  /** Throws a {@link SystemError} (`ENOENT`, `ENOTDIR`, `EACCES`). */
  chdir(path: string): void;
  /** Ends the process at once; what was written to a log sink has been handed to the system. */
  exit(code: number): never;
  /** Throws a {@link SystemError} (`ESRCH`, `EPERM`). Uses `process.kill` on every runtime (trap 2). */
  kill(pid: number, signal: SignalName | FatalSignalName): void;
  /** Whether a process with this pid exists, also when it belongs to somebody else. */
  exists(pid: number): boolean;
  onSignal(signal: SignalName, listener: () => void): Undo;
  /** Called when the process ends by itself or by `exit`, also by the application's; not when a signal kills it. */
  onExit(listener: () => void): Undo;
  /** Called for errors nobody caught, so that one failing callback of the application does not end a worker. */
  onUncaught(listener: (error: unknown, origin: "exception" | "rejection") => void): Undo;
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
  /** Refuse IPv4 on an IPv6 socket (another listener has the IPv4 side of the port). */
  readonly v6Only: boolean;
}

/** Sockets through libc (arbiter only). Everything throws a {@link SystemError}. */
export interface SocketPort {
  /** Looks a host name up; a literal address answers itself. IPv4 first. */
  resolve(host: string): Promise<{ readonly family: 4 | 6; readonly host: string }>;
  /** Creates and binds, without listening. `EADDRINUSE` also for a unix path that a live server owns; a stale one is replaced. */
  bind(address: SocketAddress, options: BindOptions): BoundSocket;
  /** Another SO_REUSEPORT socket on the address of `first`. */
  bindSibling(first: BoundSocket): BoundSocket;
  /** Takes over an inherited descriptor: checks that it is a stream socket and moves it to 100 or more. */
  inherit(fd: number): BoundSocket;
  /** listen(2). Calling it again changes the backlog. */
  listen(socket: BoundSocket, backlog: number): void;
  /** Drops new SYNs and keeps what already waits in the queue, so that a listener can be emptied before it is closed. */
  refuseNew(socket: BoundSocket): void;
  /** Whether a connection waits in the accept queue. */
  hasWaiting(socket: BoundSocket): boolean;
  close(socket: BoundSocket): void;
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
  /** Added to the arbiter's environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly title: string;
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
  /** Throws a {@link SystemError}. `directory` is where the file is made (and unlinked). */
  createHeartbeat(directory: string | null): HeartbeatFile;
  /** Starts this very program again as a worker. Throws a {@link SystemError} (`EAGAIN`, `ENOMEM`, `ENOENT`). */
  spawn(request: SpawnRequest, handlers: SpawnHandlers): WorkerProcess;
  /** Runs this very program again with other arguments and gives what it printed (HUP reads the configuration afresh this way). */
  capture(args: readonly string[], env: Readonly<Record<string, string>>, timeoutMs: number): Promise<CapturedRun>;
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
  /** Writes the counter into the heartbeat file. */
  beat(count: number): void;
  openChannel(handlers: ChannelHandlers): Channel;
  /** Starts to accept from a descriptor. `backlog` is restored after the runtime's own listen(2) (trap 9). Rejects with a {@link SystemError}. */
  accept(fd: number, backlog: number, accepted: (socket: ClientSocket) => void): Promise<Acceptor>;
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
  /** Empty for a unix socket. */
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
  /** Closes both directions at once. */
  destroy(): void;
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

/** Conversions that a runtime does much faster than portable code. */
export interface BytesPort {
  /** A byte to a character U+0000 to U+00FF each. */
  latin1(bytes: Uint8Array, start: number, end: number): string;
  utf8(text: string): Uint8Array;
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
  /** Loads the FFI library the first time (arbiter only). Rejects with an error that says what to install. */
  sockets(): Promise<SocketPort>;
  readonly spawner: SpawnPort;
  /** Null in an arbiter. */
  readonly inheritance: InheritancePort | null;
}
