import { errno, errnoReason } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { writeKernelFile } from "../sys/files.ts";
import { SysError } from "../sys/sys_error.ts";

/** Writes the pid into cgroup.procs. @throws RuntimeError */
export function joinCgroup(directory: string, pid: number, rootless: boolean): void {
  try {
    writeKernelFile(`${directory}/cgroup.procs`, String(pid));
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    if (rootless && (error.errno === errno.EACCES || error.errno === errno.EPERM)) return;
    const message = `cannot move process ${pid} into cgroup ${directory}: ${errnoReason(error.errno)}`;
    throw new RuntimeError("syscall", message, {
      errno: error.errno,
      cause: error,
      hint: hints[error.errno],
    });
  }
}

const hints: Readonly<Record<number, string>> = {
  [errno.EBUSY]: "a cgroup that hands controllers down to its children cannot hold processes itself",
  [errno.EOPNOTSUPP]: "the cgroup is of an invalid type: one above it is threaded",
  [errno.ENOSPC]: "the cgroup has no cpus or memory nodes",
};
