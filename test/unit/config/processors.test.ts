import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { countProcessors, type Processors } from "../../../src/config/processors.ts";

const ONLINE = { "/sys/devices/system/cpu/online": "0-7\n" };
/** As systemd mounts it, and containers with a namespace of their own. */
const VERSION_2 = { "/proc/self/mountinfo": "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n" };
const VERSION_1 = {
  "/proc/self/mountinfo": [
    "30 23 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755",
    "32 30 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
    "33 30 0:30 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct",
    "",
  ].join("\n"),
};
const CPU_1 = "/sys/fs/cgroup/cpu,cpuacct";

interface Case {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly count: number;
  readonly reason: string;
}

function quota(version: 1 | 2, processors: string, path: string): string {
  return `cgroup v${version} quota of ${processors} (${path})`;
}

const CASES: readonly Case[] = [
  { title: "nothing to read", files: {}, count: 1, reason: "nothing tells how many processors there are" },
  { title: "a plain machine", files: ONLINE, count: 8, reason: "8 processors online" },
  { title: "one processor", files: { "/sys/devices/system/cpu/online": "0" }, count: 1, reason: "1 processor online" },
  {
    title: "processors with gaps",
    files: { "/sys/devices/system/cpu/online": "0-1,4,6-7\n" },
    count: 5,
    reason: "5 processors online",
  },
  {
    title: "a list that is none",
    files: { "/sys/devices/system/cpu/online": "7-0" },
    count: 1,
    reason: "nothing tells how many processors there are",
  },
  {
    title: "more than workers may be",
    files: { "/sys/devices/system/cpu/online": "0-4095" },
    count: 1024,
    reason: "4096 processors online",
  },
  {
    title: "affinity",
    files: { ...ONLINE, "/proc/self/status": "Name:\tnode\nCpus_allowed:\t0c\nCpus_allowed_list:\t2-3\nMems_allowed_list:\t0\n" },
    count: 2,
    reason: "CPU affinity to 2 processors",
  },
  {
    title: "affinity to more than is online",
    files: { ...ONLINE, "/proc/self/status": "Cpus_allowed_list:\t0-127\n" },
    count: 8,
    reason: "8 processors online",
  },
  {
    title: "a container with version 2",
    files: { ...ONLINE, ...VERSION_2, "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "150000 100000\n" },
    count: 2,
    reason: quota(2, "1.5 processors", "/sys/fs/cgroup/cpu.max"),
  },
  {
    title: "a quota below one processor",
    files: { ...ONLINE, ...VERSION_2, "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "25000 100000\n" },
    count: 1,
    reason: quota(2, "0.25 processors", "/sys/fs/cgroup/cpu.max"),
  },
  {
    title: "a quota of next to nothing",
    files: { ...ONLINE, ...VERSION_2, "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "1000 1000000\n" },
    count: 1,
    reason: quota(2, "less than 0.01 processors", "/sys/fs/cgroup/cpu.max"),
  },
  {
    title: "a quota of what is online anyway",
    files: { ...ONLINE, ...VERSION_2, "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "800000 100000\n" },
    count: 8,
    reason: "8 processors online",
  },
  {
    title: "no quota",
    files: { ...ONLINE, ...VERSION_2, "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "max 100000\n" },
    count: 8,
    reason: "8 processors online",
  },
  {
    title: "a tight slice above a loose unit",
    files: {
      ...ONLINE,
      ...VERSION_2,
      "/proc/self/cgroup": "0::/system.slice/app.service\n",
      "/sys/fs/cgroup/system.slice/app.service/cpu.max": "400000 100000\n",
      "/sys/fs/cgroup/system.slice/cpu.max": "300000 100000\n",
    },
    count: 3,
    reason: quota(2, "3 processors", "/sys/fs/cgroup/system.slice/cpu.max"),
  },
  {
    title: "a tight unit in a loose slice",
    files: {
      ...ONLINE,
      ...VERSION_2,
      "/proc/self/cgroup": "0::/system.slice/app.service\n",
      "/sys/fs/cgroup/system.slice/app.service/cpu.max": "100000 100000\n",
      "/sys/fs/cgroup/system.slice/cpu.max": "max 100000\n",
    },
    count: 1,
    reason: quota(2, "1 processor", "/sys/fs/cgroup/system.slice/app.service/cpu.max"),
  },
  {
    title: "a container that is told its name from outside",
    files: {
      ...ONLINE,
      "/proc/self/mountinfo": "30 23 0:26 /docker/1a2b /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
      "/proc/self/cgroup": "0::/docker/1a2b/child\n",
      "/sys/fs/cgroup/child/cpu.max": "200000 100000",
    },
    count: 2,
    reason: quota(2, "2 processors", "/sys/fs/cgroup/child/cpu.max"),
  },
  {
    title: "a group of which only the mount can be seen",
    files: {
      ...ONLINE,
      "/proc/self/mountinfo": "30 23 0:26 /docker/1a2b /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
      "/proc/self/cgroup": "0::/elsewhere\n",
      "/sys/fs/cgroup/cpu.max": "200000 100000",
    },
    count: 2,
    reason: quota(2, "2 processors", "/sys/fs/cgroup/cpu.max"),
  },
  {
    title: "a process outside its namespace",
    files: {
      ...ONLINE,
      ...VERSION_2,
      "/proc/self/cgroup": "0::/../other\n",
      "/sys/fs/cgroup/cpu.max": "200000 100000",
      "/sys/fs/cgroup/../other/cpu.max": "100000 100000",
    },
    count: 2,
    reason: quota(2, "2 processors", "/sys/fs/cgroup/cpu.max"),
  },
  {
    title: "a mount with a blank in its name",
    files: {
      ...ONLINE,
      "/proc/self/mountinfo": "30 23 0:26 / /mnt/c\\040g rw - cgroup2 cgroup2 rw\n",
      "/proc/self/cgroup": "0::/\n",
      "/mnt/c g/cpu.max": "200000 100000",
    },
    count: 2,
    reason: quota(2, "2 processors", "/mnt/c g/cpu.max"),
  },
  {
    title: "version 1",
    files: {
      ...ONLINE,
      ...VERSION_1,
      "/proc/self/cgroup": "5:memory:/docker/1a2b\n4:cpu,cpuacct:/docker/1a2b\n0::/\n",
      [`${CPU_1}/cpu.cfs_quota_us`]: "-1\n",
      [`${CPU_1}/cpu.cfs_period_us`]: "100000\n",
      [`${CPU_1}/docker/1a2b/cpu.cfs_quota_us`]: "50000\n",
      [`${CPU_1}/docker/1a2b/cpu.cfs_period_us`]: "20000\n",
    },
    count: 3,
    reason: quota(1, "2.5 processors", `${CPU_1}/docker/1a2b/cpu.cfs_quota_us`),
  },
  {
    title: "version 1 without a quota",
    files: {
      ...ONLINE,
      ...VERSION_1,
      "/proc/self/cgroup": "4:cpu,cpuacct:/\n",
      [`${CPU_1}/cpu.cfs_quota_us`]: "-1\n",
      [`${CPU_1}/cpu.cfs_period_us`]: "100000\n",
    },
    count: 8,
    reason: "8 processors online",
  },
  {
    title: "version 1 in a container that is told its name from outside",
    files: {
      ...ONLINE,
      "/proc/self/mountinfo": "33 30 0:30 /docker/1a2b /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n",
      "/proc/self/cgroup": "4:cpu:/docker/1a2b\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "300000",
      "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
    },
    count: 3,
    reason: quota(1, "3 processors", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us"),
  },
  {
    title: "both versions, the tighter counts",
    files: {
      ...ONLINE,
      "/proc/self/mountinfo": [
        "33 30 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu",
        "34 30 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
      ].join("\n"),
      "/proc/self/cgroup": "4:cpu:/a\n0::/b\n",
      "/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "300000",
      "/sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000",
      "/sys/fs/cgroup/unified/b/cpu.max": "600000 100000",
    },
    count: 3,
    reason: quota(1, "3 processors", "/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us"),
  },
  {
    title: "files with nonsense",
    files: {
      ...ONLINE,
      "/proc/self/mountinfo": "- - -\n\nx - cgroup2\n30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
      "/proc/self/cgroup": "::\nx\n0::/\n",
      "/proc/self/status": "Cpus_allowed_list: all\n",
      "/sys/fs/cgroup/cpu.max": "0 0\n",
    },
    count: 8,
    reason: "8 processors online",
  },
];

describe("countProcessors", () => {
  for (const { title, files, count, reason } of CASES) {
    it(`${title}: ${count}`, () => assert.deepEqual(countIn(files), { count, reason }));
  }

  it("looks at no more folders than a bound", () => {
    const read: string[] = [];
    const files = { ...VERSION_2, "/proc/self/cgroup": `0::/${"a/".repeat(5000)}\n` };
    countIn(files, (path) => read.push(path));
    assert.ok(read.length < 100, String(read.length));
  });
});

/** A file that is not there throws, as with every runtime. */
function countIn(files: Readonly<Record<string, string>>, onRead: (path: string) => void = () => {}): Processors {
  return countProcessors({
    files: {
      readText(path) {
        onRead(path);
        const text = files[path];
        if (text === undefined) throw new Error(`ENOENT: ${path}`);
        return text;
      },
    },
  });
}
