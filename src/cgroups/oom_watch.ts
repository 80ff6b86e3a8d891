import { errno } from "../errno.ts";
import { O_RDONLY } from "../sys/constants.ts";
import { close, exists, open } from "../sys/files.ts";
import { drain, eventfd, inotify } from "../sys/notifications.ts";
import { isErrno } from "../sys/sys_error.ts";
import type { CgroupRecord } from "./driver.ts";
import { flatKey, readCgroupFile, writeCgroupFile } from "./file.ts";

/** Tells when the OOM killer strikes in a cgroup. */
export interface OomWatch {
  /** Readable when it is worth asking. Without one, ask now and then. */
  readonly fd: number | undefined;
  /** Whether it has struck since the last time this was asked. */
  struck(): boolean;
  close(): void;
}

type Paths = CgroupRecord["paths"];

/** @throws SysError */
export function watchOom(paths: Paths): OomWatch {
  const { memory, "": unified } = paths;
  if (memory !== undefined) return notifyV1(memory) ?? countKills(memory, "memory.oom_control", undefined);
  if (unified === undefined || !exists(`${unified}/memory.events`)) return never;
  const fd = inotify([`${unified}/memory.events`]);
  return countKills(unified, "memory.events", fd);
}

const never: OomWatch = { fd: undefined, struck: () => false, close: () => undefined };

/** v2 announces changes of the file, v1 does not. */
function countKills(directory: string, file: string, fd: number | undefined): OomWatch {
  const count = (): number => Number(flatKey(readCgroupFile(directory, file) ?? "", "oom_kill") ?? 0);
  let before = count();
  return {
    fd,
    struck() {
      if (fd !== undefined) while (drain(fd));
      const now = count();
      const more = now > before;
      before = now;
      return more;
    },
    close() {
      if (fd !== undefined) close(fd);
    },
  };
}

/**
 * Documentation/admin-guide/cgroup-v1/memory.rst, "OOM Control": an eventfd is registered by writing its number
 * and that of the open memory.oom_control. Undefined where the kernel lacks it.
 */
function notifyV1(directory: string): OomWatch | undefined {
  const counter = eventfd();
  const control = open(`${directory}/memory.oom_control`, O_RDONLY);
  try {
    if (!writeCgroupFile(directory, "cgroup.event_control", `${counter} ${control}`)) {
      close(counter);
      return undefined;
    }
  } catch (error) {
    close(counter);
    if (isErrno(error, errno.EACCES, errno.EPERM, errno.EINVAL)) return undefined;
    throw error;
  } finally {
    close(control);
  }
  return {
    fd: counter,
    // The counter is also raised when the cgroup is removed.
    struck: () => drain(counter) && exists(directory),
    close: () => close(counter),
  };
}
