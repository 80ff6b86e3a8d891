import { configError } from "../../errors.ts";
import type { LinuxCPU, LinuxResources } from "../../spec/types.ts";
import { isGiven, type Setting, setting, unlessZero } from "../settings.ts";

const at = "/linux/resources/cpu";

/** Documentation/scheduler/sched-bwc.rst and sched-design-CFS.rst; the files of the cpu controller. */
export function planCpu({ cpu }: LinuxResources): readonly Setting[] {
  if (cpu === undefined) return [];
  checkShares(cpu);
  const settings: Setting[] = [];
  const add = (
    file: string,
    value: number | bigint,
    what: string,
    key: string,
    more?: Partial<Setting>,
  ): void => {
    settings.push(setting("cpu", file, value, what, `${at}/${key}`, more));
  };
  // Shares are refused while the cgroup is idle, so a change of both starts with idle.
  if (cpu.idle !== undefined) add("cpu.idle", cpu.idle, "cpu idle", "idle", unlessZero(cpu.idle));
  if (isGiven(cpu.shares)) add("cpu.shares", cpu.shares, "cpu shares", "shares");
  // Burst and period are checked against the quota, which may be about to change.
  if (cpu.burst !== undefined) {
    add("cpu.cfs_burst_us", cpu.burst, "cpu burst", "burst", { retryLast: true, ...unlessZero(cpu.burst) });
  }
  if (isGiven(cpu.period)) add("cpu.cfs_period_us", cpu.period, "cpu period", "period", { retryLast: true });
  if (isGiven(cpu.quota)) add("cpu.cfs_quota_us", cpu.quota, "cpu quota", "quota");
  return [...settings, ...planRealtime(cpu)];
}

/** A process with a real-time policy can only join a group that has time for it: written before the join. */
export function planRealtime(cpu: LinuxCPU | undefined): readonly Setting[] {
  const settings: Setting[] = [];
  const { realtimePeriod, realtimeRuntime } = cpu ?? {};
  if (isGiven(realtimePeriod)) {
    const pointer = `${at}/realtimePeriod`;
    settings.push(
      setting("cpu", "cpu.rt_period_us", realtimePeriod, "cpu realtime period", pointer, { retryLast: true }),
    );
  }
  if (isGiven(realtimeRuntime)) {
    settings.push(
      setting("cpu", "cpu.rt_runtime_us", realtimeRuntime, "cpu realtime runtime", `${at}/realtimeRuntime`),
    );
  }
  return settings;
}

/** The kernel clamps shares to this range without a word (MIN_SHARES and MAX_SHARES of kernel/sched). */
function checkShares({ shares }: LinuxCPU): void {
  if (!isGiven(shares)) return;
  if (shares < 2) throw configError(`${at}/shares`, `cannot set cpu shares to ${shares}: the minimum is 2`);
  if (shares > 262_144) {
    throw configError(`${at}/shares`, `cannot set cpu shares to ${shares}: the maximum is 262144`);
  }
}
