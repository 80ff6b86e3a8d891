import { errno } from "../../errno.ts";
import { RuntimeError } from "../../errors.ts";
import {
  attachDeviceProgram,
  BPF_F_ALLOW_MULTI,
  BPF_F_REPLACE,
  detachDeviceProgram,
  deviceProgramById,
  loadDeviceProgram,
  queryDevicePrograms,
} from "../../sys/bpf.ts";
import { O_DIRECTORY, O_PATH } from "../../sys/constants.ts";
import { close, open } from "../../sys/files.ts";
import { setProcessLimit } from "../../sys/processes.ts";
import { isErrno, SysError } from "../../sys/sys_error.ts";
import { encodeDeviceProgram } from "./device_program.ts";
import { allowsEverything, type DevicePolicy } from "./device_rules.ts";

/**
 * Puts the policy in force for the cgroup at `directory`, in place of what was in force there before, without
 * a moment in which there is none. A cgroup above may restrict devices further; it stays as it is.
 *
 * @throws RuntimeError
 */
export function attachDevicePolicy(directory: string, policy: DevicePolicy): void {
  const cgroup = open(directory, O_PATH | O_DIRECTORY);
  try {
    const old = queryDevicePrograms(cgroup);
    if (!allowsEverything(policy)) {
      const program = load(policy);
      try {
        if (old.length === 1 && replace(cgroup, program, old[0]!)) return;
        attachDeviceProgram(cgroup, program, BPF_F_ALLOW_MULTI);
      } finally {
        close(program);
      }
    }
    for (const id of old) withProgram(id, (fd) => detachDeviceProgram(cgroup, fd));
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    throw new RuntimeError("syscall", `cannot restrict devices: ${error.message}`, {
      at: "/linux/resources/devices",
      errno: error.errno,
      cause: error,
    });
  } finally {
    close(cgroup);
  }
}

function load(policy: DevicePolicy): number {
  const instructions = encodeDeviceProgram(policy);
  try {
    return loadDeviceProgram(instructions, "tsrunc_devices");
  } catch (error) {
    if (!isErrno(error, errno.EPERM)) throw error;
    // Before 5.11 programs count as locked memory.
    raiseLockedMemoryLimit();
    return loadDeviceProgram(instructions, "tsrunc_devices");
  }
}

const RLIMIT_MEMLOCK = 8;
const unlimited = 0xffff_ffff_ffff_ffffn;

function raiseLockedMemoryLimit(): void {
  try {
    setProcessLimit(0, RLIMIT_MEMLOCK, unlimited, unlimited);
  } catch (error) {
    if (!isErrno(error, errno.EPERM)) throw error;
  }
}

/** One call that exchanges the programs; false when the kernel cannot (before 5.6). */
function replace(cgroup: number, program: number, oldId: number): boolean {
  let done = false;
  withProgram(oldId, (oldFd) => {
    try {
      attachDeviceProgram(cgroup, program, BPF_F_ALLOW_MULTI | BPF_F_REPLACE, oldFd);
      done = true;
    } catch (error) {
      // EINVAL: the flag is not known, or the old program was attached without BPF_F_ALLOW_MULTI.
      if (!isErrno(error, errno.EINVAL, errno.EPERM)) throw error;
    }
  });
  return done;
}

/** A program that was detached meanwhile needs nothing. */
function withProgram(id: number, use: (fd: number) => void): void {
  let fd: number;
  try {
    fd = deviceProgramById(id);
  } catch (error) {
    if (isErrno(error, errno.ENOENT)) return;
    throw error;
  }
  try {
    use(fd);
  } finally {
    close(fd);
  }
}
