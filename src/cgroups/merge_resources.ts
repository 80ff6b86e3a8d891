/** `update`: from the resources of a container and those asked for to what holds then, and what is written. Pure. */
import type {
  ExactInteger,
  LinuxBlockIO,
  LinuxBlockIODevice,
  LinuxCPU,
  LinuxMemory,
  LinuxResources,
} from "../spec/types.ts";
import { isGiven } from "./settings.ts";

/** What holds after `change` was applied to `stored`. Device rules are replaced as a whole. */
export function mergeResources(stored: LinuxResources, change: LinuxResources): LinuxResources {
  return {
    ...stored,
    ...givenIn(change),
    memory: mergeMemory(stored.memory, change.memory),
    cpu: mergeCpu(stored.cpu, change.cpu),
    pids: mergeMembers(stored.pids, change.pids),
    blockIO: mergeBlockIo(stored.blockIO, change.blockIO),
    hugepageLimits: mergeBy(({ pageSize }) => pageSize, stored.hugepageLimits, change.hugepageLimits),
    network: mergeMembers(stored.network, change.network),
    rdma: mergeMembers(stored.rdma, change.rdma),
    unified: mergeMembers(stored.unified, change.unified),
  };
}

/**
 * What has to be written for `change`: that alone, for whoever else sets limits is not to be undone. Where the
 * kernel takes two values together, the other one comes from `merged`.
 */
export function resourcesToApply(merged: LinuxResources, change: LinuxResources): LinuxResources {
  return {
    ...change,
    memory: applyMemory(merged.memory, change.memory),
    cpu: applyCpu(merged.cpu, change.cpu),
  };
}

/** On v2 the limit of swap is a difference to the limit of memory, so that each may change with the other. */
function applyMemory(merged: LinuxMemory = {}, change: LinuxMemory | undefined): LinuxMemory | undefined {
  if (change === undefined || !(isGiven(change.limit) || isGiven(change.swap))) return change;
  const { checkBeforeUpdate = false } = change;
  return { ...change, limit: merged.limit, swap: merged.swap, checkBeforeUpdate };
}

/** Quota and period are one file on v2. Neither is touched when neither is asked for. */
function applyCpu(merged: LinuxCPU = {}, change: LinuxCPU | undefined): LinuxCPU | undefined {
  if (change === undefined || !(isGiven(change.quota) || isGiven(change.period))) return change;
  return { ...change, quota: merged.quota, period: merged.period };
}

/** An old memory+swap limit would contradict memory without limit. */
function mergeMemory(stored: LinuxMemory = {}, change: LinuxMemory = {}): LinuxMemory {
  const unlimited = isGiven(change.limit) && change.limit < 0 && !isGiven(change.swap);
  return { ...stored, ...givenIn(change, isSet), ...(unlimited && { swap: undefined }) };
}

/** Go clients send 0 for what they do not set; but idle and burst have a meaningful one. */
function mergeCpu(stored: LinuxCPU = {}, change: LinuxCPU = {}): LinuxCPU {
  const { idle, burst, ...rest } = change;
  // The kernel takes no shares while the cgroup is idle, and forgets them.
  const shares = idle !== undefined && !isGiven(change.shares) ? { shares: undefined } : {};
  return { ...stored, ...givenIn(rest, isSet), ...givenIn({ idle, burst }), ...shares };
}

function isSet(value: unknown): boolean {
  return value !== 0 && value !== 0n && value !== "";
}

const deviceLists = [
  "weightDevice",
  "throttleReadBpsDevice",
  "throttleWriteBpsDevice",
  "throttleReadIOPSDevice",
  "throttleWriteIOPSDevice",
] as const satisfies readonly (keyof LinuxBlockIO)[];

function mergeBlockIo(stored: LinuxBlockIO = {}, change: LinuxBlockIO = {}): LinuxBlockIO {
  const lists = deviceLists.map((name) => {
    const list: readonly LinuxBlockIODevice[] | undefined = mergeBy(deviceKey, stored[name], change[name]);
    return [name, list] as const;
  });
  return { ...stored, ...givenIn(change, isSet), ...Object.fromEntries(lists) };
}

function deviceKey({ major, minor }: { readonly major: ExactInteger; readonly minor: ExactInteger }): string {
  return `${major}:${minor}`;
}

/** Entries with the key of an old one take its place, member by member; new ones come behind. */
function mergeBy<T extends object>(
  keyOf: (entry: T) => string,
  stored: readonly T[] | undefined,
  change: readonly T[] | undefined,
): readonly T[] | undefined {
  if (stored === undefined || change === undefined) return change ?? stored;
  const entries = new Map(stored.map((entry) => [keyOf(entry), entry]));
  for (const entry of change) entries.set(keyOf(entry), { ...entries.get(keyOf(entry)), ...entry });
  return [...entries.values()];
}

function mergeMembers<T extends object>(stored: T | undefined, change: T | undefined): T | undefined {
  return stored === undefined ? change : { ...stored, ...givenIn(change ?? {}) };
}

/** The members that say something: none that is undefined hides an old value. */
function givenIn<T extends object>(members: T, counts: (value: unknown) => boolean = () => true): Partial<T> {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined && counts(value));
  return Object.fromEntries(entries) as Partial<T>;
}
