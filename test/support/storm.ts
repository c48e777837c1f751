/**
 * A server with clients that hammer it while its processes are replaced in every way that there is, in a seeded order.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { Random } from "../simulation/random.ts";
import { get, type Target } from "./client.ts";
import { type Load, startLoad } from "./load.ts";
import { isAlive, RunningServer, type StartOptions } from "./server.ts";

export interface StormPlan {
  readonly seed: number;
  /** HUP. */
  readonly reloads: number;
  /** USR2, then TERM for the old arbiter. */
  readonly upgrades: number;
  /** TTIN, then TTOU. */
  readonly resizes: number;
}

export type StormEvent = "HUP" | "USR2" | "TTIN/TTOU";

/** One kind of client. */
export interface Crowd {
  readonly socket: "TCP" | "unix";
  readonly keepAlive: boolean;
  readonly load: Load;
}

export interface CrowdOptions {
  readonly port: number;
  /** Path of the unix socket. */
  readonly unix: string;
  /** Shared out among the kinds. */
  readonly clients: number;
  readonly event: () => string;
  readonly pauseMs?: number;
}

/** Starts the clients: of both kinds, at each of the sockets. */
export function startCrowds({ port, unix, clients, event, pauseMs = 0 }: CrowdOptions): Crowd[] {
  const targets: readonly (readonly [Crowd["socket"], Target])[] = [["TCP", { port }], ["unix", { path: unix }]];
  return targets.flatMap(([socket, target]) =>
    [true, false].map((keepAlive) => ({
      socket,
      keepAlive,
      load: startLoad(target, { clients: Math.ceil(clients / 4), path: "/pid", keepAlive, pauseMs, event }),
    }))
  );
}

/** A server whose arbiter may change, and its clients. */
export class Storm {
  readonly server: RunningServer;
  /** The arbiter in charge. */
  arbiterPid: number;
  /** Under which requests are counted now. */
  event = "start";
  crowds: readonly Crowd[] = [];

  constructor(server: RunningServer) {
    this.server = server;
    this.arbiterPid = server.pid;
  }

  /** Starts the clients, at the first address and at a unix socket, and waits for their first answers. */
  async hammer(unix: string, clients: number, pauseMs = 0): Promise<void> {
    const port = await this.server.port();
    this.crowds = startCrowds({ port, unix, clients, pauseMs, event: () => this.event });
    await this.answers(20);
  }

  /** Waits until each kind of client got so many more answers. */
  async answers(count: number): Promise<void> {
    await Promise.all(this.crowds.map(({ load }) => load.answers(count)));
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.arbiterPid, name);
  }

  /** Waits for a line of the arbiter in charge that is not among the first `after` of its kind. */
  async line(pattern: RegExp, after: number): Promise<string> {
    const own = this.#own(pattern);
    return await this.server.until(
      () => this.server.lines.filter((line) => own.test(line))[after],
      `line ${after + 1} like ${own}`,
    );
  }

  count(pattern: RegExp): number {
    return this.server.count(this.#own(pattern));
  }

  /** USR2, then TERM for the old arbiter, and waits until the new one is in charge. */
  async upgrade(): Promise<void> {
    const ready = this.server.count(/Upgrade ready: /);
    const promoted = this.server.count(/Master has been promoted/);
    this.signal("SIGUSR2");
    const line = await this.server.line(/Upgrade ready: /, ready + 1);
    await this.answers(10);
    this.signal("SIGTERM");
    this.arbiterPid = Number(/\] \[(\d+)\] /.exec(line)?.[1]);
    await this.server.line(/Master has been promoted/, promoted + 1);
  }

  /** HUP, and waits until a reload is through. */
  async reload(): Promise<string> {
    const before = this.count(/Reload complete/);
    this.signal("SIGHUP");
    return await this.line(/Reload complete/, before);
  }

  /** All events of the plan, in an order and with pauses that the seed chooses; some begin before the one before them is through. */
  async rage({ seed, reloads, upgrades, resizes }: StormPlan): Promise<void> {
    const random = new Random(seed);
    const events: StormEvent[] = [
      ...Array.from({ length: reloads }, () => "HUP" as const),
      ...Array.from({ length: upgrades }, () => "USR2" as const),
      ...Array.from({ length: resizes }, () => "TTIN/TTOU" as const),
    ];
    while (events.length > 0) {
      const [event = "HUP"] = events.splice(random.between(0, events.length - 1), 1);
      this.event = event;
      if (event === "USR2") await this.upgrade();
      else if (event === "TTIN/TTOU") await this.#resize(random);
      else await this.#hup(random);
    }
    // What is left over of the last events counts as theirs.
    await this.reload();
    await this.answers(20);
  }

  /** Waits until the arbiter in charge has `workers` living workers and no other process is left; asks all the while. */
  async settle(workers: number, target: Target): Promise<void> {
    const isSettled = (): boolean =>
      childrenOf(this.arbiterPid).length === workers &&
      this.processes().filter(isAlive).length === workers + 1;
    while (!isSettled()) await get(target);
  }

  /** All that were ever started. */
  processes(): number[] {
    return [this.server.pid, ...this.server.successorPids(), ...this.server.workerPids()];
  }

  /** TERM for the arbiter in charge, and waits until the last process is gone. */
  async stop(): Promise<void> {
    if (isAlive(this.arbiterPid)) this.signal("SIGTERM");
    await this.server.exited;
  }

  async #hup(random: Random): Promise<void> {
    const before = this.count(/Reload complete/);
    this.signal("SIGHUP");
    await this.answers(random.between(1, 30));
    if (random.chance(0.7)) await this.line(/Reload complete/, before);
  }

  async #resize(random: Random): Promise<void> {
    for (const name of ["ttin", "ttou"] as const) {
      const pattern = new RegExp(`Handling signal: ${name}`);
      const before = this.count(pattern);
      this.signal(name === "ttin" ? "SIGTTIN" : "SIGTTOU");
      await this.line(pattern, before);
      await this.answers(random.between(1, 60));
    }
  }

  #own(pattern: RegExp): RegExp {
    return new RegExp(`\\] \\[${this.arbiterPid}\\] .*(?:${pattern.source})`);
  }
}

/** Runs `test` with a server, and stops everything that came of it, also when the test fails. */
export async function withStorm(
  args: readonly string[],
  test: (storm: Storm) => Promise<void>,
  options?: StartOptions,
): Promise<void> {
  const storm = new Storm(new RunningServer(args, options));
  try {
    await test(storm);
    await storm.stop();
  } catch (error) {
    if (error instanceof Error) error.message += `\n--- log ---\n${storm.server.transcript()}`;
    throw error;
  } finally {
    for (const { load } of storm.crowds) void load.stop();
    storm.server.killAll();
    await storm.server.exited;
  }
}

/** Living children. */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1");
  return text.split(" ").map(Number).filter((child) => child > 0 && isAlive(child));
}

/** How many are open. */
export function descriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
