import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { defaultSpec, formatSpec } from "../spec/default_spec.ts";
import { CGROUP2_SUPER_MAGIC } from "../sys/constants.ts";
import { fileSystemType, writeNewFile } from "../sys/files.ts";
import { libc } from "../sys/libc.ts";
import { isErrno } from "../sys/sys_error.ts";

/** Writes the template config.json into `bundle`. @throws RuntimeError when there is one already */
export function writeSpec(request: { readonly bundle: string; readonly rootless: boolean }): void {
  const spec = defaultSpec({
    rootless: request.rootless,
    cgroupV2: fileSystemType("/sys/fs/cgroup") === CGROUP2_SUPER_MAGIC,
    uid: Number(libc.geteuid()),
    gid: Number(libc.getegid()),
  });
  const path = `${request.bundle}/config.json`;
  try {
    writeNewFile(path, formatSpec(spec), 0o666, false);
  } catch (error) {
    if (!isErrno(error, errno.EEXIST)) throw error;
    throw new RuntimeError("usage", "File config.json exists. Remove it first", { at: path });
  }
}
