import { parsePressure } from "../pressure.ts";
import { flatNumbers, times, unlessZero } from "../stats_text.ts";
import type { CpuStats, ReadText } from "../stats_types.ts";

const nanoseconds = 1000n;

/** cpu.stat, in microseconds; without the cpu controller it has no throttling. */
export function readCpuStats(read: ReadText): CpuStats {
  const stat = flatNumbers(read("cpu.stat")) ?? {};
  return {
    usage: {
      total: unlessZero(times(stat.usage_usec ?? 0, nanoseconds)),
      kernel: times(stat.system_usec ?? 0, nanoseconds),
      user: times(stat.user_usec ?? 0, nanoseconds),
    },
    throttling: {
      periods: unlessZero(stat.nr_periods ?? 0),
      throttledPeriods: unlessZero(stat.nr_throttled ?? 0),
      throttledTime: unlessZero(times(stat.throttled_usec ?? 0, nanoseconds)),
    },
    psi: parsePressure(read("cpu.pressure")),
  };
}
