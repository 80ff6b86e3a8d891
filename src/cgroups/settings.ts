import { errno } from "../errno.ts";
import type { ExactInteger } from "../spec/types.ts";

/** One write into one file of a cgroup, with all that is needed to explain its failure. */
export interface Setting {
  /** The kernel's name of the controller: `memory`, `io`. */
  readonly controller: string;
  readonly file: string;
  readonly value: string;
  /** What failed, after "cannot": `set memory limit to 1048576`. */
  readonly does: string;
  /** JSON pointer into config.json. */
  readonly at: string;
  /** errno values that are no failure. */
  readonly ignore?: readonly number[];
  /** What to write when the kernel has no such file. */
  readonly otherwise?: Setting;
  /**
   * The value may contradict one that a later setting replaces (a limit above the old memory+swap limit):
   * refused with EINVAL, it is written again after the others.
   */
  readonly retryLast?: boolean;
  /** The file that says how much is in use, quoted when the limit is refused as busy. */
  readonly usage?: string;
  /** Refuse before anything is written when this file says that at least `limit` is in use. */
  readonly rejectAt?: { readonly usage: string; readonly limit: ExactInteger; readonly what: string };
  /** The sentence for a controller that is not there, where the usual one does not fit. */
  readonly unavailable?: string;
  readonly hint?: string;
}

/** The common setting: `what` names it to people, "cpu quota". */
export function setting(
  controller: string,
  file: string,
  value: ExactInteger | string,
  what: string,
  at: string,
  more: Partial<Setting> = {},
): Setting {
  return { controller, file, value: String(value), does: `set ${what} to ${value}`, at, ...more };
}

/** Go clients send 0 for "not set" in every number whose zero has no meaning of its own. */
export function isGiven(value: ExactInteger | undefined): value is ExactInteger {
  return value !== undefined && BigInt(value) !== 0n;
}

/** Zero is how the kernel starts: where it lacks the file altogether, nothing is amiss. */
export function unlessZero(value: ExactInteger): Partial<Setting> {
  return BigInt(value) === 0n ? { ignore: [errno.ENOENT] } : {};
}

const limitedBy: Readonly<Record<string, string>> = {
  cpuset: "bind to cpus and memory nodes",
  blkio: "limit block I/O",
  io: "limit block I/O",
  hugetlb: "limit huge pages",
  pids: "limit the number of processes",
  devices: "restrict devices",
  net_cls: "classify network traffic",
  net_prio: "set network priorities",
};

/** "cannot limit memory: the memory controller is not available in /sys/fs/cgroup" */
export function missingController(controller: string, where: string): string {
  return `cannot ${limitedBy[controller] ?? `limit ${controller}`}: the ${controller} controller is not available in ${where}`;
}
