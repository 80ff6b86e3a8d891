import { errno } from "../errno.ts";
import { hostId } from "../namespaces/id_maps.ts";
import type { Spec } from "../spec/types.ts";
import { S_IFCHR, S_IFMT } from "../sys/constants.ts";
import { fstat } from "../sys/files.ts";
import { checked } from "../sys/libc.ts";
import { libcRare } from "../sys/pipes.ts";
import { isErrno } from "../sys/sys_error.ts";

/** fchown(2): leave the group as it is. */
const sameGroup = 0xffffffff;

/**
 * Gives stdin, stdout and stderr to the container's user, so that it may open /dev/stdout by name. Init does
 * that itself, but has no power over files of users that its user namespace does not know. Devices (terminals,
 * /dev/null) are everybody's and stay; what may not be changed is used as it is.
 */
export function ownStdio(spec: Spec): void {
  const uid = hostId(spec.linux?.uidMappings ?? [], spec.process?.user.uid ?? 0);
  if (uid === undefined) return;
  for (const fd of [0, 1, 2]) {
    const status = fstat(fd);
    if ((status.mode & S_IFMT) === S_IFCHR || status.uid === uid) continue;
    try {
      checked("fchown", undefined, () => libcRare().fchown(fd, uid, sameGroup));
    } catch (error) {
      if (!isErrno(error, errno.EPERM, errno.EROFS, errno.EINVAL)) throw error;
    }
  }
}
