/** @module How many processors this process may use. Runtimes differ in it: Node does not know version 1 of control groups. */
import { readQuota, type ReadText } from "./cgroups.ts";
import type { ConfigHost } from "./host.ts";

/** As many as `workers` may be. */
const PROCESSORS_MAX_COUNT = 1024;
/** The kernel's own bound for lists of processors, with room to spare. */
const LIST_MAX_COUNT = 65_536;

const ONLINE_PATH = "/sys/devices/system/cpu/online";

/** A number of processors, and what says so. */
export interface Processors {
  /** From 1 to 1024; part of one counts as one. */
  readonly count: number;
  /** Such as `cgroup v2 quota of 1.5 processors (/sys/fs/cgroup/cpu.max)`. */
  readonly reason: string;
}

/** One thing that bounds the number. */
interface Limit {
  /** May be a fraction. */
  readonly processors: number;
  readonly reason: string;
}

/** The fewest of: processors that are online, those that the process may run on, and the quotas of its control groups. */
export function countProcessors({ files }: { readonly files: Pick<ConfigHost["files"], "readText"> }): Processors {
  const read: ReadText = (path) => {
    try {
      return files.readText(path);
    } catch {
      // Not there on this kernel, or not for this user.
      return null;
    }
  };
  const online = countList(read(ONLINE_PATH) ?? "");
  const allowed = countList(/^Cpus_allowed_list:\s*(\S+)$/m.exec(read("/proc/self/status") ?? "")?.[1] ?? "");
  const quota = readQuota(read);
  const limits: Limit[] = [];
  if (online > 0) limits.push({ processors: online, reason: `${plural(online)} online` });
  if (allowed > 0) limits.push({ processors: allowed, reason: `CPU affinity to ${plural(allowed)}` });
  if (quota !== null) {
    const shown = quota.processors < 0.01 ? "less than 0.01" : String(Math.round(quota.processors * 100) / 100);
    const reason = `cgroup v${quota.version} quota of ${shown} processor${shown === "1" ? "" : "s"} (${quota.path})`;
    limits.push({ processors: quota.processors, reason });
  }
  // The first of equal ones is the plainest.
  const [first = { processors: 1, reason: "nothing tells how many processors there are" }, ...more] = limits;
  const least = more.reduce((best, limit) => limit.processors < best.processors ? limit : best, first);
  // Two workers use up 1.5 processors; one would leave a third of them idle.
  return { count: Math.min(PROCESSORS_MAX_COUNT, Math.ceil(least.processors)), reason: least.reason };
}

/** How many numbers a list such as `0-3,8` has; 0 for a text that is none. */
function countList(text: string): number {
  let sum = 0;
  for (const part of text.trim().split(",")) {
    const [, first, last = first] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first)) return 0;
    sum += Number(last) - Number(first) + 1;
  }
  return Math.min(LIST_MAX_COUNT, sum);
}

function plural(count: number): string {
  return `${count} processor${count === 1 ? "" : "s"}`;
}
