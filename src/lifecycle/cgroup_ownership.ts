import type { CgroupRecord } from "../cgroups/driver.ts";
import { giveCgroup, wantsCgroupOwnership } from "../cgroups/ownership.ts";
import { RuntimeError } from "../errors.ts";
import type { Spec } from "../spec/types.ts";
import { readUidMap } from "../sys/procfs.ts";
import { reasonOf, SysError } from "../sys/sys_error.ts";

/**
 * Gives the container's cgroup to its user, where the config asks for it. The id of the host comes from init's
 * own map, which also tells it for a user namespace that was joined.
 *
 * @throws RuntimeError
 */
export function giveCgroupToUser(spec: Spec, cgroup: CgroupRecord, pid: number): void {
  if (cgroup.driver !== "v2" || !wantsCgroupOwnership(spec)) return;
  const uid = hostUid(readUidMap(pid), spec.process?.user.uid ?? 0);
  // An id that is not mapped is an error of its own, when init wants to become it.
  if (uid === undefined) return;
  try {
    giveCgroup(cgroup, uid);
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    throw new RuntimeError("syscall", `cannot give the cgroup to uid ${uid}: ${reasonOf(error)}`, {
      at: "/process/user/uid",
      errno: error.errno,
    });
  }
}

/** Lines of /proc/PID/uid_map: first id inside, first id outside, how many. */
export function hostUid(map: string, uid: number): number | undefined {
  for (const line of map.trim().split("\n")) {
    const [inside, outside, size] = line.trim().split(/\s+/).map(Number) as [number, number, number];
    if (uid >= inside && uid < inside + size) return outside + (uid - inside);
  }
  return undefined;
}
