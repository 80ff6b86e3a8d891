import type { LinuxResources } from "../../spec/types.ts";
import { cpuSharesToWeight } from "../conversions.ts";
import { isGiven, type Setting, setting, unlessZero } from "../settings.ts";

const at = "/linux/resources/cpu";

/** Documentation/admin-guide/cgroup-v2.rst, "CPU". Real-time groups do not exist on v2. */
export function planCpu({ cpu }: LinuxResources): readonly Setting[] {
  if (cpu === undefined) return [];
  const settings: Setting[] = [];
  const { idle, shares, burst, quota, period } = cpu;
  // A weight is refused while the cgroup is idle, so a change of both starts with idle.
  if (idle !== undefined) {
    settings.push(setting("cpu", "cpu.idle", idle, "cpu idle", `${at}/idle`, unlessZero(idle)));
  }
  if (isGiven(shares)) {
    const weight = cpuSharesToWeight(shares);
    const hint = "an idle cgroup has no weight: leave out shares when idle is 1";
    const more = idle !== undefined && idle > 0 ? { hint } : {};
    settings.push(setting("cpu", "cpu.weight", weight, "cpu weight", `${at}/shares`, more));
  }
  // The burst may not exceed the quota, which may be about to be raised.
  if (burst !== undefined) {
    settings.push(
      setting("cpu", "cpu.max.burst", burst, "cpu burst", `${at}/burst`, {
        retryLast: true,
        ...unlessZero(burst),
      }),
    );
  }
  if (isGiven(quota) || isGiven(period)) {
    const limit = isGiven(quota) && quota > 0 ? quota : "max";
    const value = `${limit} ${isGiven(period) ? period : 100_000}`;
    settings.push(
      setting("cpu", "cpu.max", value, "cpu quota", `${at}/${isGiven(quota) ? "quota" : "period"}`),
    );
  }
  return settings;
}
