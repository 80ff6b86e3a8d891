import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { readOomScoreAdj, writeOomScoreAdj } from "../sys/procfs.ts";
import { reasonOf, SysError } from "../sys/sys_error.ts";

/**
 * Sets how readily the kernel picks a process when memory is short. A caller that may not lower the value can
 * still have what it is already. @throws RuntimeError
 */
export function setOomScoreAdj(pid: number, value: number): void {
  try {
    writeOomScoreAdj(pid, value);
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    if (readOomScoreAdj(pid) === value) return;
    throw new RuntimeError("syscall", `cannot set oom_score_adj to ${value}: ${reasonOf(error)}`, {
      at: "/process/oomScoreAdj",
      errno: error.errno,
      hint: error.errno === errno.EACCES ? "lowering it takes CAP_SYS_RESOURCE" : undefined,
    });
  }
}
