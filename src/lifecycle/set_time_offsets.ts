import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { writeTimeOffsets } from "../sys/procfs.ts";
import { reasonOf, SysError } from "../sys/sys_error.ts";

/**
 * Sets the clocks of the time namespace that init has made and not entered yet. From outside, because init
 * may be without the right to write files of its own: it is not traceable, and what describes it is root's.
 *
 * @throws RuntimeError
 */
export function setTimeOffsets(pid: number, lines: string): void {
  try {
    writeTimeOffsets(pid, lines);
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    throw new RuntimeError("syscall", `cannot set the clock offsets: ${reasonOf(error)}`, {
      at: "/linux/timeOffsets",
      errno: error.errno,
      hint: error.errno === errno.ERANGE ? "a clock must stay between 0 and 146 years" : undefined,
    });
  }
}
