import { checked } from "./libc.ts";
import { libcRare } from "./pipes.ts";

/** sched_setaffinity(2) of another process. @throws SysError (EINVAL: none of them is there) */
export function schedSetaffinity(pid: number, cpus: readonly number[]): void {
  const mask = new Uint8Array(Math.max(Math.ceil((Math.max(...cpus) + 1) / 64) * 8, 128));
  for (const cpu of cpus) mask[cpu >> 3]! |= 1 << (cpu & 7);
  checked("sched_setaffinity", undefined, () => libcRare().sched_setaffinity(pid, mask.length, mask));
}
