import { parsePressure } from "../pressure.ts";
import { flatNumbers, numberIn, sum, unlessZero } from "../stats_text.ts";
import type { MemoryCounter, MemoryStats, ReadText } from "../stats_types.ts";

const notCounted: MemoryCounter = { limit: 0, failcnt: 0 };

/**
 * Documentation/admin-guide/cgroup-v2.rst, "Memory". Readers expect what v1 means by swap: memory and swap
 * together. Peaks are counted since Linux 5.19 (memory) and 6.6 (swap); those of the two do not add up.
 */
export function readMemoryStats(read: ReadText): MemoryStats {
  const raw = flatNumbers(read("memory.stat"));
  const limit = numberIn(read("memory.max"));
  const usage = numberIn(read("memory.current"));
  return {
    cache: unlessZero(raw?.file ?? 0),
    usage: {
      limit,
      usage: unlessZero(usage),
      max: unlessZero(numberIn(read("memory.peak"))),
      failcnt: flatNumbers(read("memory.events"))?.max ?? 0,
    },
    swap: {
      limit: sum(limit, numberIn(read("memory.swap.max"))),
      usage: unlessZero(sum(usage, numberIn(read("memory.swap.current")))),
      failcnt: flatNumbers(read("memory.swap.events"))?.max ?? 0,
    },
    kernel: notCounted,
    kernelTCP: notCounted,
    raw,
    psi: parsePressure(read("memory.pressure")),
  };
}
