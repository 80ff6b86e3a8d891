import { parsePressure } from "../pressure.ts";
import { flatNumbers, numberIn, unlessZero } from "../stats_text.ts";
import type { MemoryCounter, MemoryStats, ReadText } from "../stats_types.ts";

/** Documentation/admin-guide/cgroup-v1/memory.rst. */
export function readMemoryStats(read: ReadText): MemoryStats {
  const raw = flatNumbers(read("memory.stat"));
  return {
    cache: unlessZero(raw?.cache ?? 0),
    usage: counter(read, "memory"),
    swap: counter(read, "memory.memsw"),
    kernel: counter(read, "memory.kmem"),
    kernelTCP: counter(read, "memory.kmem.tcp"),
    raw,
    psi: parsePressure(read("memory.pressure")),
  };
}

function counter(read: ReadText, name: string): MemoryCounter {
  return {
    limit: numberIn(read(`${name}.limit_in_bytes`)),
    usage: unlessZero(numberIn(read(`${name}.usage_in_bytes`))),
    max: unlessZero(numberIn(read(`${name}.max_usage_in_bytes`))),
    failcnt: numberIn(read(`${name}.failcnt`)),
  };
}
