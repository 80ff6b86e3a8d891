import { errno } from "../errno.ts";
import { F_ADD_SEALS, F_SEAL_ALL, MFD_ALLOW_SEALING, MFD_CLOEXEC, MFD_EXEC } from "./constants.ts";
import { writeAll } from "./files.ts";
import { checked, cString, libc } from "./libc.ts";
import { isErrno } from "./sys_error.ts";

/**
 * A memory file with `bytes` in it, sealed against any change (memfd_create(2), fcntl(2) F_ADD_SEALS), so
 * that nobody who gets at it, through /proc/PID/exe for instance, can alter it. CVE-2019-5736.
 */
export function memfdWith(name: string, bytes: Uint8Array): number {
  const fd = memfdCreate(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  writeAll(fd, bytes, name);
  checked("fcntl", name, () => libc.fcntl(fd, F_ADD_SEALS, F_SEAL_ALL));
  return fd;
}

/** MFD_EXEC says that the file may be executed; kernels before 6.3 do not know the flag, and all may. */
function memfdCreate(name: string, flags: number): number {
  const bytes = cString(name);
  try {
    return checked("memfd_create", name, () => libc.memfd_create(bytes, flags | MFD_EXEC));
  } catch (error) {
    if (!isErrno(error, errno.EINVAL)) throw error;
    return checked("memfd_create", name, () => libc.memfd_create(bytes, flags));
  }
}
