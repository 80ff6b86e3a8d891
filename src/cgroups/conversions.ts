/** cgroup v1 units, in which config.json is written, to those of v2. */
import { configError } from "../errors.ts";
import type { ExactInteger, LinuxMemory } from "../spec/types.ts";

/**
 * cpu.shares (2 to 262144, default 1024) to cpu.weight (1 to 10000, default 100): a curve through both ends
 * and both defaults. The older straight line turned the default into 39, so that containers lost against
 * processes outside. https://github.com/opencontainers/cgroups, "cpu.weight"
 */
export function cpuSharesToWeight(shares: ExactInteger): number {
  const value = Number(shares);
  if (value <= 2) return 1;
  if (value >= 262_144) return 10_000;
  const log = Math.log2(value);
  return Math.ceil(10 ** ((log * log + 125 * log) / 612 - 7 / 34));
}

/** blkio.weight (10 to 1000) to io.weight (1 to 10000), a straight line. */
export function blkioWeightToIoWeight(weight: number): number {
  return 1 + Math.trunc(((weight - 10) * 9999) / 990);
}

/** -1 means no limit. */
export function limitOrMax(limit: ExactInteger): string {
  return BigInt(limit) < 0n ? "max" : String(limit);
}

/** 0 would forbid init itself; clients send it for "as few as possible", and runc has always written 1. */
export function pidsMax(limit: ExactInteger): string {
  return BigInt(limit) === 0n ? "1" : limitOrMax(limit);
}

const swapAt = "/linux/resources/memory/swap";

/**
 * memory.swap of config.json counts memory and swap together, memory.swap.max of v2 swap alone. undefined:
 * nothing to write.
 */
export function swapMax(memory: Pick<LinuxMemory, "limit" | "swap">): string | undefined {
  checkSwapLimit(memory);
  const limit = BigInt(memory.limit ?? 0);
  const swap = BigInt(memory.swap ?? 0);
  if (swap === 0n) return limit === -1n ? "max" : undefined;
  if (swap === -1n) return "max";
  return String(limit === -1n ? swap : swap - limit);
}

/** @throws RuntimeError when the two limits contradict each other */
export function checkSwapLimit(memory: Pick<LinuxMemory, "limit" | "swap">): void {
  const limit = BigInt(memory.limit ?? 0);
  const swap = BigInt(memory.swap ?? 0);
  if (swap <= 0n || limit < 0n) return;
  if (limit === 0n) throw configError(swapAt, "unable to set swap limit without memory limit");
  if (swap < limit) throw configError(swapAt, "memory+swap limit should be >= memory limit");
}
