import { errno } from "../../errno.ts";
import { configError } from "../../errors.ts";
import type { ExactInteger, LinuxMemory, LinuxResources } from "../../spec/types.ts";
import { checkSwapLimit } from "../conversions.ts";
import { isGiven, type Setting, setting } from "../settings.ts";

const at = "/linux/resources/memory";
const usage = "memory.usage_in_bytes";

/** Documentation/admin-guide/cgroup-v1/memory.rst. */
export function planMemory({ memory }: LinuxResources): readonly Setting[] {
  if (memory === undefined) return [];
  const settings: Setting[] = [];
  const add = (
    file: string,
    value: ExactInteger,
    what: string,
    key: string,
    more?: Partial<Setting>,
  ): void => {
    settings.push(setting("memory", file, value, what, `${at}/${key}`, more));
  };
  // Only possible while the cgroup has no children; newer kernels know no other mode.
  if (memory.useHierarchy === true) add("memory.use_hierarchy", 1, "memory hierarchy", "useHierarchy");
  settings.push(...planLimits(memory));
  if (isGiven(memory.reservation)) {
    add("memory.soft_limit_in_bytes", memory.reservation, "memory reservation", "reservation");
  }
  if (isGiven(memory.kernelTCP)) {
    add("memory.kmem.tcp.limit_in_bytes", memory.kernelTCP, "tcp memory limit", "kernelTCP");
  }
  if (memory.swappiness !== undefined) {
    checkSwappiness(memory.swappiness);
    add("memory.swappiness", memory.swappiness, "memory swappiness", "swappiness");
  }
  if (memory.disableOOMKiller === true)
    add("memory.oom_control", 1, "the OOM killer's off switch", "disableOOMKiller");
  return settings;
}

/**
 * The kernel keeps limit <= memory+swap limit at every moment. The limit goes first, which is right for new
 * cgroups and for lowering; raised above the old memory+swap limit it is refused, and comes again last.
 */
function planLimits(memory: LinuxMemory): readonly Setting[] {
  checkSwapLimit(memory);
  const { limit, swap } = memory;
  const settings: Setting[] = [];
  const rejectAt = (what: string, bound: ExactInteger): Partial<Setting> =>
    memory.checkBeforeUpdate === true && bound > 0 ? { rejectAt: { usage, limit: bound, what } } : {};
  if (isGiven(limit)) {
    settings.push(
      setting("memory", "memory.limit_in_bytes", limit, "memory limit", `${at}/limit`, {
        retryLast: true,
        usage,
        ...rejectAt("memory limit", limit),
      }),
    );
  }
  const file = "memory.memsw.limit_in_bytes";
  if (isGiven(swap)) {
    settings.push(
      setting("memory", file, swap, "memory+swap limit", `${at}/swap`, {
        usage: "memory.memsw.usage_in_bytes",
        hint: "the file is only there when the kernel accounts swap (swapaccount=1)",
        ...rejectAt("memory+swap limit", swap),
      }),
    );
  } else if (limit !== undefined && limit < 0) {
    // Unlimited memory under an old memory+swap limit would not be unlimited.
    settings.push(
      setting("memory", file, -1, "memory+swap limit", `${at}/limit`, { ignore: [errno.ENOENT] }),
    );
  }
  return settings;
}

function checkSwappiness(swappiness: ExactInteger): void {
  if (swappiness < 0 || swappiness > 100) {
    throw configError(
      `${at}/swappiness`,
      `cannot set memory swappiness to ${swappiness}: it must be 0 to 100`,
    );
  }
}
