import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { watchOom } from "./oom_watch.ts";
import { parsePressure } from "./pressure.ts";
import { readCgroupStats } from "./stats.ts";
import type { ReadText } from "./stats_types.ts";
import { readBlkioStats } from "./v1/blkio_stats.ts";
import { readCpuStats as readCpuStatsV1 } from "./v1/cpu_stats.ts";
import { readCpusetStats } from "./v1/cpuset_stats.ts";
import { readHugetlbStats as readHugetlbStatsV1 } from "./v1/hugetlb_stats.ts";
import { readMemoryStats as readMemoryStatsV1 } from "./v1/memory_stats.ts";
import { readPidsStats } from "./v1/pids_stats.ts";
import { readCpuStats as readCpuStatsV2 } from "./v2/cpu_stats.ts";
import { readHugetlbStats as readHugetlbStatsV2 } from "./v2/hugetlb_stats.ts";
import { readIoStats } from "./v2/io_stats.ts";
import { readMemoryStats as readMemoryStatsV2 } from "./v2/memory_stats.ts";

function files(texts: Readonly<Record<string, string>>): ReadText {
  return (file) => texts[file];
}

/** As it is printed: without the members that say nothing. */
function printed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, each) => (typeof each === "bigint" ? `${each}n` : each)));
}

describe("cpu", () => {
  it("of v1 is in nanoseconds, per cpu and per mode", () => {
    const cpuacct = files({
      "cpuacct.usage": "13263822",
      "cpuacct.usage_percpu": "5163224 8100598",
      "cpuacct.usage_all": "cpu user system\n0 1 4000000\n1 2 4000001",
      "cpuacct.stat": "user 3\nsystem 1",
    });
    const cpu = files({ "cpu.stat": "nr_periods 4\nnr_throttled 0\nthrottled_time 7" });
    expect(printed(readCpuStatsV1(cpuacct, cpu))).toEqual({
      usage: {
        total: 13_263_822,
        percpu: [5_163_224, 8_100_598],
        percpu_kernel: [4_000_000, 4_000_001],
        percpu_user: [1, 2],
        kernel: 10_000_000,
        user: 30_000_000,
      },
      throttling: { periods: 4, throttledTime: 7 },
    });
  });

  it("of v2 is converted from microseconds", () => {
    const text = "usage_usec 5\nuser_usec 3\nsystem_usec 2\nnr_periods 1\nnr_throttled 2\nthrottled_usec 3";
    expect(printed(readCpuStatsV2(files({ "cpu.stat": text })))).toEqual({
      usage: { total: 5000, kernel: 2000, user: 3000 },
      throttling: { periods: 1, throttledPeriods: 2, throttledTime: 3000 },
    });
  });
});

describe("cpuset", () => {
  it("is spelt out; a level can be negative", () => {
    const read = files({
      "cpuset.cpus": "0-2,7",
      "cpuset.mems": "0",
      "cpuset.sched_load_balance": "1",
      "cpuset.sched_relax_domain_level": "-1",
    });
    expect(readCpusetStats(read)).toMatchObject({
      cpus: [0, 1, 2, 7],
      mems: [0],
      cpu_exclusive: 0,
      sched_load_balance: 1,
      sched_relax_domain_level: -1,
    });
  });
});

describe("memory", () => {
  it("of v1 keeps 64-bit limits exact", () => {
    const read = files({
      "memory.stat": "cache 5\nhierarchical_memory_limit 9223372036854771712",
      "memory.limit_in_bytes": "9223372036854771712",
      "memory.usage_in_bytes": "10",
      "memory.max_usage_in_bytes": "20",
      "memory.failcnt": "3",
    });
    expect(printed(readMemoryStatsV1(read))).toEqual({
      cache: 5,
      usage: { limit: "9223372036854771712n", usage: 10, max: 20, failcnt: 3 },
      swap: { limit: 0, failcnt: 0 },
      kernel: { limit: 0, failcnt: 0 },
      kernelTCP: { limit: 0, failcnt: 0 },
      raw: { cache: 5, hierarchical_memory_limit: "9223372036854771712n" },
    });
  });

  it("of v2 counts swap with memory, as v1 does, and has the peak", () => {
    const read = files({
      "memory.stat": "anon 1\nfile 2",
      "memory.current": "100",
      "memory.max": "200",
      "memory.peak": "150",
      "memory.events": "low 0\nhigh 1\nmax 4\noom 1\noom_kill 1",
      "memory.swap.current": "10",
      "memory.swap.max": "20",
    });
    expect(printed(readMemoryStatsV2(read))).toMatchObject({
      cache: 2,
      usage: { limit: 200, usage: 100, max: 150, failcnt: 4 },
      swap: { limit: 220, usage: 110, failcnt: 0 },
      raw: { anon: 1, file: 2 },
    });
  });

  it("of v2 without limit says so with 64 bits", () => {
    const read = files({ "memory.max": "max", "memory.swap.max": "max" });
    expect(readMemoryStatsV2(read).usage.limit).toBe(2n ** 64n - 1n);
    expect(readMemoryStatsV2(read).swap.limit).toBe(2n ** 64n - 1n);
  });
});

describe("pids, huge pages and block I/O", () => {
  it("leave out a limit that is none", () => {
    expect(printed(readPidsStats(files({ "pids.current": "3", "pids.max": "max" })))).toEqual({ current: 3 });
    expect(readPidsStats(files({ "pids.current": "3", "pids.max": "9" }))).toEqual({ current: 3, limit: 9 });
  });

  it("prefer the counters of reservations", () => {
    const v1 = files({ "hugetlb.2MB.usage_in_bytes": "1", "hugetlb.2MB.rsvd.usage_in_bytes": "2" });
    expect(readHugetlbStatsV1(v1, "2MB")).toMatchObject({ usage: 2, failcnt: 0 });
    const v2 = files({ "hugetlb.2MB.current": "4", "hugetlb.2MB.events": "max 6" });
    expect(readHugetlbStatsV2(v2, "2MB")).toEqual({ usage: 4, failcnt: 6 });
  });

  it("of v1 come from the scheduler that counts", () => {
    const read = files({
      "blkio.bfq.io_serviced_recursive": "Total 0",
      "blkio.throttle.io_serviced_recursive": "8:0 Read 5\n8:0 Total 5\nTotal 5",
      "blkio.time_recursive": "8:0 7",
    });
    expect(printed(readBlkioStats(read))).toEqual({
      ioServicedRecursive: [
        { major: 8, op: "Read", value: 5 },
        { major: 8, op: "Total", value: 5 },
      ],
      ioTimeRecursive: [{ major: 8, value: 7 }],
    });
  });

  it("of v2 are sorted into bytes and operations", () => {
    const read = files({ "io.stat": "8:16 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6" });
    expect(printed(readIoStats(read))).toEqual({
      ioServiceBytesRecursive: [
        { major: 8, minor: 16, op: "Read", value: 1 },
        { major: 8, minor: 16, op: "Write", value: 2 },
      ],
      ioServicedRecursive: [
        { major: 8, minor: 16, op: "Read", value: 3 },
        { major: 8, minor: 16, op: "Write", value: 4 },
      ],
    });
  });
});

describe("parsePressure()", () => {
  it("reads both lines, and forgives a missing one", () => {
    const some = "some avg10=1.50 avg60=0.25 avg300=0.00 total=123";
    expect(parsePressure(some)).toMatchObject({
      some: { avg10: 1.5, avg60: 0.25, avg300: 0, total: 123 },
      full: { avg10: 0, total: 0 },
    });
    expect(parsePressure(`${some}\nfull avg10=2.00 avg60=0.00 avg300=0.00 total=9`)?.full.total).toBe(9);
    expect(parsePressure(undefined)).toBeUndefined();
  });
});

describe("with a directory of files", () => {
  function withDirectory(use: (directory: string) => void): void {
    const directory = mkdtempSync(join(tmpdir(), "tsrunc-stats-"));
    try {
      use(directory);
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  it("readCgroupStats() finds the page sizes, and pressure on the unified side", () => {
    withDirectory((directory) => {
      writeFileSync(join(directory, "hugetlb.2MB.max"), "max");
      writeFileSync(join(directory, "hugetlb.2MB.rsvd.max"), "max");
      writeFileSync(join(directory, "memory.pressure"), "some avg10=1.00 avg60=0.00 avg300=0.00 total=1\n");
      const stats = readCgroupStats({ memory: "/nowhere", "": directory });
      expect(Object.keys(stats.hugetlb)).toEqual(["2MB"]);
      expect(stats.memory.psi?.some.avg10).toBe(1);
    });
  });

  it("readCgroupStats() is empty for a container without cgroups", () => {
    expect(printed(readCgroupStats({}))).toMatchObject({ pids: {}, blkio: {}, hugetlb: {} });
  });

  it("watchOom() on v2 tells once of every new kill, and of no other event", () => {
    withDirectory((directory) => {
      const file = join(directory, "memory.events");
      writeFileSync(file, "high 0\noom_kill 1\n");
      const watch = watchOom({ "": directory });
      expect(watch.struck()).toBe(false);
      appendFileSync(file, "\n");
      expect(watch.struck()).toBe(false);
      writeFileSync(file, "high 5\noom_kill 2\n");
      expect([watch.struck(), watch.struck()]).toEqual([true, false]);
      watch.close();
    });
  });
});
