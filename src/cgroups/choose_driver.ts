import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { isErrno, SysError } from "../sys/sys_error.ts";
import type { CgroupPlan } from "./cgroup_plan.ts";
import { DisabledManager } from "./disabled_manager.ts";
import type { CgroupManager, CgroupRecord } from "./driver.ts";
import { createV1 } from "./v1/create.ts";
import { V1Manager } from "./v1/manager.ts";
import { createV2 } from "./v2/create.ts";
import { V2Manager } from "./v2/manager.ts";

/** The manager of a container's cgroups, from the record alone. */
export function openCgroup(record: CgroupRecord): CgroupManager {
  switch (record.driver) {
    case "v1":
      return new V1Manager(record);
    case "v2":
      return new V2Manager(record);
    case "disabled":
      return new DisabledManager();
    default:
      return record.driver satisfies never;
  }
}

/**
 * Makes the cgroups of `plan`. `onIntent` gets the record before anything is made, to be stored: openCgroup()
 * of it can clean up after a crash at any later point. Keep the returned manager's record instead of it then.
 *
 * @throws RuntimeError; then nothing is left, and the intent is void
 */
export function createCgroup(plan: CgroupPlan, onIntent: (record: CgroupRecord) => void): CgroupManager {
  try {
    return openCgroup(create(plan, onIntent));
  } catch (error) {
    if (!(error instanceof SysError) || !isAbout(plan, error)) throw error;
    if (plan.rootless && isErrno(error, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT)) {
      if (plan.optional) return new DisabledManager();
      const message = `rootless needs no limits + no cgrouppath when no permission is granted for cgroups: ${error.message}`;
      throw new RuntimeError("host", message, {
        at: "/linux/cgroupsPath",
        errno: error.errno,
        hint: missingDelegation(error.path ?? ""),
        cause: error,
      });
    }
    const details = { at: "/linux/cgroupsPath", errno: error.errno, cause: error };
    throw new RuntimeError("syscall", `cannot create cgroup: ${error.message}`, details);
  }
}

/** cgroups(7), "Cgroups delegation". */
function missingDelegation(path: string): string {
  const parent = path.slice(0, path.lastIndexOf("/"));
  return `${parent} is not delegated to the caller: it and its cgroup.procs, cgroup.subtree_control and cgroup.threads must be writable`;
}

function create(plan: CgroupPlan, onIntent: (record: CgroupRecord) => void): CgroupRecord {
  switch (plan.driver) {
    case "v1":
      return createV1(plan, onIntent);
    case "v2":
      return createV2(plan, onIntent);
    case "disabled":
      return new DisabledManager().record;
    default:
      return plan.driver satisfies never;
  }
}

/** onIntent may fail too, in the state directory: that is no matter of cgroups. */
function isAbout(plan: CgroupPlan, error: SysError): boolean {
  return Object.values(plan.mountPoints).some((mountPoint) => error.path?.startsWith(mountPoint));
}
