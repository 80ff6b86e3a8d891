import { errno } from "../errno.ts";
import { hasNewNamespace } from "../namespaces/plan_namespaces.ts";
import type { Spec } from "../spec/types.ts";
import { chown, readTextFile } from "../sys/files.ts";
import { isErrno } from "../sys/sys_error.ts";
import type { CgroupRecord } from "./driver.ts";

/**
 * The rule of the specification ("Cgroup ownership"): a container with a cgroup namespace of its own and a
 * writable view of its cgroup gets the cgroup, so that its user can make cgroups below.
 */
export function wantsCgroupOwnership(spec: Spec): boolean {
  if (!hasNewNamespace(spec, "cgroup")) return false;
  return (spec.mounts ?? []).some(
    ({ source, destination, options }) =>
      source === "cgroup" && destination === "/sys/fs/cgroup" && options?.includes("ro") !== true,
  );
}

/** Where the kernel names the files that are safe to give away; cgroups(7). */
const delegateList = "/sys/kernel/cgroup/delegate";
const oldDelegates = ["cgroup.procs", "cgroup.subtree_control", "cgroup.threads"];

/**
 * Gives the cgroup to `uid`, an id of the host: the directory and the files that the kernel names, no other,
 * because limits are set through those. Only on v2: "Cgroup delegation is not secure in cgroups v1".
 *
 * @throws SysError
 */
export function giveCgroup(record: CgroupRecord, uid: number, list = delegateList): void {
  const directory = record.paths[""];
  // Without privileges nothing can be given away, and what the caller makes is its own already.
  if (record.driver !== "v2" || record.rootless || directory === undefined) return;
  chown(directory, uid);
  for (const name of delegatedFiles(list)) {
    try {
      chown(`${directory}/${name}`, uid);
    } catch (error) {
      // The list is of all controllers, also of those that this cgroup does not have.
      if (!isErrno(error, errno.ENOENT)) throw error;
    }
  }
}

function delegatedFiles(list: string): readonly string[] {
  try {
    return readTextFile(list)
      .split("\n")
      .filter((name) => name !== "" && !name.includes("/"));
  } catch (error) {
    if (isErrno(error, errno.ENOENT)) return oldDelegates;
    throw error;
  }
}
