import { errno } from "../../errno.ts";
import type { ExactInteger, LinuxResources } from "../../spec/types.ts";
import { limitOrMax, swapMax } from "../conversions.ts";
import { isGiven, type Setting, setting } from "../settings.ts";

const at = "/linux/resources/memory";
const usage = "memory.current";

/** Documentation/admin-guide/cgroup-v2.rst, "Memory". */
export function planMemory({ memory }: LinuxResources): readonly Setting[] {
  if (memory === undefined) return [];
  const settings: Setting[] = [];
  const { limit, reservation, swap } = memory;
  const rejectAt = (what: string, bound: ExactInteger | undefined): Partial<Setting> =>
    memory.checkBeforeUpdate === true && bound !== undefined && bound > 0
      ? { rejectAt: { usage, limit: bound, what } }
      : {};
  // Swap comes first: a lowered memory limit pushes pages out at once, and they must not go where they no
  // longer may.
  const swapValue = swapMax(memory);
  if (swapValue !== undefined) {
    // A kernel without swap has no such file, and gives none or any amount as asked.
    const ignore = swapValue === "max" || swapValue === "0" ? [errno.ENOENT] : [];
    const pointer = `${at}/${isGiven(swap) ? "swap" : "limit"}`;
    const more = { ignore, ...rejectAt("memory+swap limit", swap) };
    settings.push(setting("memory", "memory.swap.max", swapValue, "swap limit", pointer, more));
  }
  if (isGiven(limit)) {
    const more = { usage, ...rejectAt("memory limit", limit) };
    settings.push(setting("memory", "memory.max", limitOrMax(limit), "memory limit", `${at}/limit`, more));
  }
  if (isGiven(reservation)) {
    const value = limitOrMax(reservation);
    settings.push(setting("memory", "memory.low", value, "memory reservation", `${at}/reservation`));
  }
  return settings;
}
