import type { ExactInteger } from "../../spec/types.ts";
import { words } from "../file.ts";
import { parsePressure } from "../pressure.ts";
import { flatNumbers, numberIn, times, unlessZero } from "../stats_text.ts";
import type { CpuStats, ReadText } from "../stats_types.ts";

/** cpuacct.stat counts in USER_HZ, which is 100 on every architecture but alpha and ia64. */
const nanosecondsPerTick = 10_000_000n;

/** Documentation/admin-guide/cgroup-v1/cpuacct.rst; throttling is the cpu controller's, in `readCpu`. */
export function readCpuStats(readCpuacct: ReadText, readCpu: ReadText): CpuStats {
  const ticks = flatNumbers(readCpuacct("cpuacct.stat")) ?? {};
  const throttling = flatNumbers(readCpu("cpu.stat")) ?? {};
  const modes = perCpuModes(readCpuacct("cpuacct.usage_all"));
  return {
    usage: {
      total: unlessZero(numberIn(readCpuacct("cpuacct.usage"))),
      percpu: listUnlessEmpty(words(readCpuacct("cpuacct.usage_percpu")).map(numberIn)),
      percpu_kernel: listUnlessEmpty(modes.map(({ kernel }) => kernel)),
      percpu_user: listUnlessEmpty(modes.map(({ user }) => user)),
      kernel: times(ticks.system ?? 0, nanosecondsPerTick),
      user: times(ticks.user ?? 0, nanosecondsPerTick),
    },
    throttling: {
      periods: unlessZero(throttling.nr_periods ?? 0),
      throttledPeriods: unlessZero(throttling.nr_throttled ?? 0),
      throttledTime: unlessZero(throttling.throttled_time ?? 0),
    },
    psi: parsePressure(readCpu("cpu.pressure")),
  };
}

/** A header, then `cpu user system` in each line. */
function perCpuModes(text = ""): readonly { readonly user: ExactInteger; readonly kernel: ExactInteger }[] {
  return text.split("\n").flatMap((line) => {
    const [, user, kernel] = /^\d+ (\d+) (\d+)$/.exec(line) ?? [];
    return user === undefined ? [] : [{ user: numberIn(user), kernel: numberIn(kernel) }];
  });
}

function listUnlessEmpty(list: readonly ExactInteger[]): readonly ExactInteger[] | undefined {
  return list.length === 0 ? undefined : list;
}
