/** The statistics of `events`, in runc's words and order: undefined members do not appear in the JSON. */
import type { ExactInteger } from "../spec/types.ts";

/** The text of a file of the cgroup; undefined when the kernel has no such file. */
export type ReadText = (file: string) => string | undefined;

export interface PressureLine {
  /** Percent of the time. */
  readonly avg10: number;
  readonly avg60: number;
  readonly avg300: number;
  /** Microseconds. */
  readonly total: ExactInteger;
}

export interface Pressure {
  readonly some: PressureLine;
  readonly full: PressureLine;
}

export interface CpuStats {
  /** Nanoseconds. */
  readonly usage: {
    readonly total?: ExactInteger | undefined;
    readonly percpu?: readonly ExactInteger[] | undefined;
    readonly percpu_kernel?: readonly ExactInteger[] | undefined;
    readonly percpu_user?: readonly ExactInteger[] | undefined;
    readonly kernel: ExactInteger;
    readonly user: ExactInteger;
  };
  readonly throttling: {
    readonly periods?: ExactInteger | undefined;
    readonly throttledPeriods?: ExactInteger | undefined;
    readonly throttledTime?: ExactInteger | undefined;
  };
  readonly psi?: Pressure | undefined;
}

export interface CpusetStats {
  readonly cpus?: readonly number[] | undefined;
  readonly cpu_exclusive: number;
  readonly mems?: readonly number[] | undefined;
  readonly mem_hardwall: number;
  readonly mem_exclusive: number;
  readonly memory_migrate: number;
  readonly memory_spread_page: number;
  readonly memory_spread_slab: number;
  readonly memory_pressure: number;
  readonly sched_load_balance: number;
  readonly sched_relax_domain_level: number;
}

/** Bytes. `max` is the most that was ever used. */
export interface MemoryCounter {
  readonly limit: ExactInteger;
  readonly usage?: ExactInteger | undefined;
  readonly max?: ExactInteger | undefined;
  readonly failcnt: ExactInteger;
}

export interface MemoryStats {
  readonly cache?: ExactInteger | undefined;
  readonly usage: MemoryCounter;
  /** Memory and swap together. */
  readonly swap: MemoryCounter;
  readonly kernel: MemoryCounter;
  readonly kernelTCP: MemoryCounter;
  /** memory.stat. */
  readonly raw?: Readonly<Record<string, ExactInteger>> | undefined;
  readonly psi?: Pressure | undefined;
}

export interface PidsStats {
  readonly current?: ExactInteger | undefined;
  readonly limit?: ExactInteger | undefined;
}

export interface BlkioEntry {
  readonly major?: number | undefined;
  readonly minor?: number | undefined;
  readonly op?: string | undefined;
  readonly value?: ExactInteger | undefined;
}

export interface BlkioStats {
  readonly ioServiceBytesRecursive?: readonly BlkioEntry[] | undefined;
  readonly ioServicedRecursive?: readonly BlkioEntry[] | undefined;
  readonly ioQueueRecursive?: readonly BlkioEntry[] | undefined;
  readonly ioServiceTimeRecursive?: readonly BlkioEntry[] | undefined;
  readonly ioWaitTimeRecursive?: readonly BlkioEntry[] | undefined;
  readonly ioMergedRecursive?: readonly BlkioEntry[] | undefined;
  readonly ioTimeRecursive?: readonly BlkioEntry[] | undefined;
  readonly sectorsRecursive?: readonly BlkioEntry[] | undefined;
  readonly psi?: Pressure | undefined;
}

export interface HugetlbStats {
  readonly usage?: ExactInteger | undefined;
  readonly max?: ExactInteger | undefined;
  readonly failcnt: ExactInteger;
}

export interface CgroupStats {
  readonly cpu: CpuStats;
  readonly cpuset: CpusetStats;
  readonly memory: MemoryStats;
  readonly pids: PidsStats;
  readonly blkio: BlkioStats;
  /** By page size, as in "2MB". */
  readonly hugetlb: Readonly<Record<string, HugetlbStats>>;
}
