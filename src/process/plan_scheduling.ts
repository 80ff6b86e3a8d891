import { configError } from "../errors.ts";
import { type Op, op } from "../plan/plan.ts";
import { parseIndexList } from "../spec/index_list.ts";
import type {
  IOPriorityClass,
  Linux,
  LinuxMemoryPolicy,
  LinuxPersonalityDomain,
  LinuxSchedulerFlag,
  LinuxSchedulerPolicy,
  MemoryPolicyFlag,
  MemoryPolicyMode,
  Process,
} from "../spec/types.ts";

/** sched(7) */
const schedulerPolicies: Readonly<Record<LinuxSchedulerPolicy, number>> = {
  SCHED_OTHER: 0,
  SCHED_FIFO: 1,
  SCHED_RR: 2,
  SCHED_BATCH: 3,
  SCHED_ISO: 4,
  SCHED_IDLE: 5,
  SCHED_DEADLINE: 6,
};

/** sched_setattr(2) */
const schedulerFlags: Readonly<Record<LinuxSchedulerFlag, number>> = {
  SCHED_FLAG_RESET_ON_FORK: 0x01,
  SCHED_FLAG_RECLAIM: 0x02,
  SCHED_FLAG_DL_OVERRUN: 0x04,
  SCHED_FLAG_KEEP_POLICY: 0x08,
  SCHED_FLAG_KEEP_PARAMS: 0x10,
  SCHED_FLAG_UTIL_CLAMP_MIN: 0x20,
  SCHED_FLAG_UTIL_CLAMP_MAX: 0x40,
};

/** ioprio_set(2): the class stands above 13 bits of data, of which the level uses three. */
const ioPriorityClasses: Readonly<Record<IOPriorityClass, number>> = {
  IOPRIO_CLASS_RT: 1,
  IOPRIO_CLASS_BE: 2,
  IOPRIO_CLASS_IDLE: 3,
};
const IOPRIO_CLASS_SHIFT = 13;

/** `scheduler` and `ioPriority` of a process object; `at` is its pointer. Both need rights init later drops. */
export function planScheduling(process: Process, at: string): readonly Op[] {
  return [...planScheduler(process, at), ...planIoPriority(process, at)];
}

function planScheduler({ scheduler }: Process, at: string): readonly Op[] {
  if (scheduler === undefined) return [];
  return [
    op("scheduler", `${at}/scheduler`, {
      policy: schedulerPolicies[scheduler.policy],
      schedulerFlags: BigInt(sum(scheduler.flags ?? [], schedulerFlags)),
      nice: scheduler.nice ?? 0,
      priority: scheduler.priority ?? 0,
      runtime: BigInt(scheduler.runtime ?? 0),
      deadline: BigInt(scheduler.deadline ?? 0),
      period: BigInt(scheduler.period ?? 0),
    }),
  ];
}

function planIoPriority({ ioPriority }: Process, at: string): readonly Op[] {
  if (ioPriority === undefined) return [];
  const value = (ioPriorityClasses[ioPriority.class] << IOPRIO_CLASS_SHIFT) | ioPriority.priority;
  return [op("ioPriority", `${at}/ioPriority`, { value })];
}

/** personality(2): PER_LINUX, PER_LINUX32 */
const personalities: Readonly<Record<LinuxPersonalityDomain, number>> = { LINUX: 0, LINUX32: 8 };

export function planPersonality(personality: Linux["personality"]): readonly Op[] {
  if (personality === undefined) return [];
  return [op("personality", "/linux/personality", { domain: personalities[personality.domain] })];
}

/** set_mempolicy(2), linux/mempolicy.h */
export const memoryPolicyModes: Readonly<Record<MemoryPolicyMode, number>> = {
  MPOL_DEFAULT: 0,
  MPOL_PREFERRED: 1,
  MPOL_BIND: 2,
  MPOL_INTERLEAVE: 3,
  MPOL_LOCAL: 4,
  MPOL_PREFERRED_MANY: 5,
  MPOL_WEIGHTED_INTERLEAVE: 6,
};
export const memoryPolicyFlags: Readonly<Record<MemoryPolicyFlag, number>> = {
  MPOL_F_NUMA_BALANCING: 0x2000,
  MPOL_F_RELATIVE_NODES: 0x4000,
  MPOL_F_STATIC_NODES: 0x8000,
};

export function planMemoryPolicy(policy: LinuxMemoryPolicy | undefined): readonly Op[] {
  if (policy === undefined) return [];
  return [
    op("memoryPolicy", "/linux/memoryPolicy", {
      policy: memoryPolicyModes[policy.mode] | sum(policy.flags ?? [], memoryPolicyFlags),
      nodes: nodeMask(policy.nodes ?? ""),
    }),
  ];
}

/** The kernel takes no mask that is longer than a page; no machine has that many nodes. */
const MAX_NODES = 32768 - 8;
const BITS_OF_LONG = 64;

/**
 * "0-3,7" → the mask, in whole longs. The validator has read the list before; a mask of many megabytes is
 * refused here, so that nobody has to hold it.
 */
function nodeMask(list: string): Uint8Array {
  const ranges = parseIndexList(list) ?? [];
  const last = ranges.reduce((highest, range) => Math.max(highest, range.last), -1);
  if (last >= MAX_NODES) {
    throw configError("/linux/memoryPolicy/nodes", `there is no memory node ${last}`);
  }
  const mask = new Uint8Array(Math.ceil((last + 1) / BITS_OF_LONG) * (BITS_OF_LONG / 8));
  for (const range of ranges) {
    for (let node = range.first; node <= range.last; node++) mask[node >> 3]! |= 1 << (node & 7);
  }
  return mask;
}

function sum<Name extends string>(names: readonly Name[], values: Readonly<Record<Name, number>>): number {
  return names.reduce((total, name) => total | values[name], 0);
}
