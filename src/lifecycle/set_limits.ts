import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import type { ResourceLimit } from "../process/plan_rlimits.ts";
import { RLIMIT_NOFILE } from "../sys/constants.ts";
import { originalNofileLimit } from "../sys/engine.ts";
import { setProcessLimit } from "../sys/processes.ts";
import { isErrno, reasonOf, SysError } from "../sys/sys_error.ts";

/**
 * Sets the resource limits of init from outside. NOFILE is what tsrunc was started with, unless the config
 * names it: the engine raises its own.
 *
 * @throws RuntimeError with the pointer of the limit
 */
export function setLimits(pid: number, rlimits: readonly ResourceLimit[]): void {
  const original = originalNofileLimit();
  const limits =
    rlimits.some(({ resource }) => resource === RLIMIT_NOFILE) || original === undefined
      ? rlimits
      : [{ resource: RLIMIT_NOFILE, ...original, at: "/process/rlimits" }, ...rlimits];
  for (const { resource, soft, hard, at } of limits) {
    try {
      setProcessLimit(pid, resource, soft, hard);
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      throw new RuntimeError(
        "syscall",
        `cannot set resource limit ${resource} to ${soft}:${hard}: ${reasonOf(error)}`,
        {
          at,
          errno: error.errno,
          hint: isErrno(error, errno.EPERM) ? "raising a hard limit needs CAP_SYS_RESOURCE" : undefined,
        },
      );
    }
  }
}
