/**
 * How much processor time control groups give this process. Linux, cgroups(7): version 2 (`cpu.max`), version 1 (`cpu.cfs_quota_us`),
 * or both beside each other.
 *
 * @module
 */

/** Folders between a process's group and the root of its hierarchy; a kernel that says more is not believed. */
const DEPTH_MAX_COUNT = 64;

/** The text of a file, or null where it cannot be read. */
export type ReadText = (path: string) => string | null;

/** A limit of processor time. */
export interface Quota {
  /** May be a fraction, and less than one. */
  readonly processors: number;
  readonly version: 1 | 2;
  /** The file that says so. */
  readonly path: string;
}

/** A hierarchy of groups, as it is mounted here. */
interface Mount {
  readonly version: 1 | 2;
  /** The group that is mounted: a container may see a part of the tree only. */
  readonly root: string;
  readonly point: string;
}

/** The tightest limit of this process's group and those above it; null where there is none. */
export function readQuota(read: ReadText): Quota | null {
  const groups = (read("/proc/self/cgroup") ?? "").split("\n");
  let tightest: Quota | null = null;
  for (const mount of readMounts(read("/proc/self/mountinfo") ?? "")) {
    const group = groups.map((line) => groupOf(line, mount.version)).find((path) => path !== null);
    for (const folder of foldersOf(mount, group ?? "/")) {
      const quota = mount.version === 2 ? readVersion2(read, folder) : readVersion1(read, folder);
      if (quota !== null && (tightest === null || quota.processors < tightest.processors)) tightest = quota;
    }
  }
  return tightest;
}

/** `36 35 98:0 /root /mount/point rw - cgroup cgroup rw,cpu` (proc_pid_mountinfo(5)). */
function readMounts(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line): readonly Mount[] => {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , root, point] = before.split(" ").map(unescapePath);
    const [type, , options = ""] = after.split(" ");
    if (root === undefined || point === undefined) return [];
    if (type === "cgroup2") return [{ version: 2, root, point }];
    return type === "cgroup" && options.split(",").includes("cpu") ? [{ version: 1, root, point }] : [];
  });
}

/** Blanks are `\040` in mountinfo. */
function unescapePath(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** The group of a line such as `4:cpu,cpuacct:/docker/1a2b` or `0::/user.slice`; null for a line about something else. */
function groupOf(line: string, version: 1 | 2): string | null {
  const [, id, controllers = "", path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
  if (path === undefined) return null;
  const fits = version === 2 ? id === "0" && controllers === "" : controllers.split(",").includes("cpu");
  return fits ? path : null;
}

/**
 * The folders of the group and of all above it, as far as they are mounted. A container without a namespace of its own sees its
 * group as the root of the mount, though the kernel tells the name from outside.
 */
function foldersOf({ root, point }: Mount, group: string): readonly string[] {
  const isBelow = group === root || root === "/" || group.startsWith(`${root}/`);
  const steps = (isBelow ? group.slice(root === "/" ? 0 : root.length) : "").split("/").filter((step) => step !== "");
  // A process that was moved out of its namespace is in `/../other`.
  const known = steps.includes("..") ? [] : steps.slice(0, DEPTH_MAX_COUNT);
  const base = point === "/" ? "" : point;
  return [base, ...known.map((_, index) => [base, ...known.slice(0, index + 1)].join("/"))];
}

/** `150000 100000`: so many microseconds in each so many; `max` is no limit. */
function readVersion2(read: ReadText, folder: string): Quota | null {
  const path = `${folder}/cpu.max`;
  const [quotaUs, periodUs] = (read(path) ?? "").trim().split(" ");
  return toQuota(quotaUs, periodUs, 2, path);
}

/** -1 is no limit. */
function readVersion1(read: ReadText, folder: string): Quota | null {
  const path = `${folder}/cpu.cfs_quota_us`;
  return toQuota(read(path)?.trim(), read(`${folder}/cpu.cfs_period_us`)?.trim(), 1, path);
}

function toQuota(quotaUs: string | undefined, periodUs: string | undefined, version: 1 | 2, path: string): Quota | null {
  const processors = Number(quotaUs ?? NaN) / Number(periodUs ?? NaN);
  return processors > 0 && Number.isFinite(processors) ? { processors, version, path } : null;
}
