import type { LinuxResources } from "../spec/types.ts";

export interface IgnoredResource {
  readonly at: string;
  readonly message: string;
}

/** Members of `resources` that are left out on purpose, as warnings. Pure. */
export function ignoredResources(resources: LinuxResources, version: 1 | 2): readonly IgnoredResource[] {
  const { memory, cpu, blockIO, network } = resources;
  const onV2: readonly (readonly [string, unknown])[] = [
    ["memory/kernelTCP", memory?.kernelTCP],
    ["memory/swappiness", memory?.swappiness],
    ["memory/disableOOMKiller", memory?.disableOOMKiller === true || undefined],
    ["memory/useHierarchy", memory?.useHierarchy === true || undefined],
    ["cpu/realtimeRuntime", cpu?.realtimeRuntime],
    ["cpu/realtimePeriod", cpu?.realtimePeriod],
    ["blockIO/leafWeight", blockIO?.leafWeight],
    ["network/classID", network?.classID],
    ["network/priorities", network?.priorities],
  ];
  const ignored: IgnoredResource[] = [];
  if (memory?.kernel !== undefined) {
    const message = "memory.kernel is ignored: current kernels have no limit for kernel memory";
    ignored.push({ at: "/linux/resources/memory/kernel", message });
  }
  for (const [member, value] of version === 2 ? onV2 : []) {
    if (value === undefined) continue;
    const message = `${member.replace("/", ".")} is ignored: cgroup v2 has nothing like it`;
    ignored.push({ at: `/linux/resources/${member}`, message });
  }
  return ignored;
}
