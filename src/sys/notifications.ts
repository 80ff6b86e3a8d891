/** Descriptors that become readable when the kernel has something to tell: eventfd(2) and inotify(7). */
import { errno } from "../errno.ts";
import { O_CLOEXEC, O_NONBLOCK } from "./constants.ts";
import { read } from "./files.ts";
import { checked, cString, syscallNumbers } from "./libc.ts";
import { libcRare } from "./pipes.ts";
import { isErrno } from "./sys_error.ts";

const SYS_eventfd2 = process.arch === "arm64" ? 19 : 290;
const IN_MODIFY = 2;

/** A counter at 0, close-on-exec, that never blocks. @throws SysError */
export function eventfd(): number {
  return syscallNumbers("eventfd2", SYS_eventfd2, 0, O_CLOEXEC | O_NONBLOCK);
}

/** Becomes readable when one of `paths` is modified; close-on-exec, never blocks. @throws SysError */
export function inotify(paths: readonly string[]): number {
  const fd = checked("inotify_init1", undefined, () => libcRare().inotify_init1(O_CLOEXEC | O_NONBLOCK));
  for (const path of paths) {
    const bytes = cString(path);
    checked("inotify_add_watch", path, () => libcRare().inotify_add_watch(fd, bytes, IN_MODIFY));
  }
  return fd;
}

/** Reads what a descriptor of this file has to say; false when there was nothing. @throws SysError */
export function drain(fd: number): boolean {
  const buffer = new Uint8Array(new ArrayBuffer(4096));
  try {
    return read(fd, buffer) > 0;
  } catch (error) {
    if (isErrno(error, errno.EAGAIN)) return false;
    throw error;
  }
}
