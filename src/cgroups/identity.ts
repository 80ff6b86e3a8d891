import { errno } from "../errno.ts";
import { stat } from "../sys/files.ts";
import { isErrno } from "../sys/sys_error.ts";
import type { CgroupRecord } from "./driver.ts";

/** The inode of a cgroup, which the kernel does not give to another one; undefined when it is gone. */
export function inodeOf(directory: string): string | undefined {
  try {
    return String(stat(directory).inode);
  } catch (error) {
    if (isErrno(error, errno.ENOENT, errno.ENOTDIR)) return undefined;
    throw error;
  }
}

/** The inodes of the cgroups at `keys` that exist. */
export function inodesOf(paths: CgroupRecord["paths"], keys: readonly string[]): Record<string, string> {
  const entries = keys.flatMap((key) => {
    const inode = paths[key] === undefined ? undefined : inodeOf(paths[key]);
    return inode === undefined ? [] : [[key, inode] as const];
  });
  return Object.fromEntries(entries);
}

/**
 * Whether the cgroup now at `paths[key]` is the container's. Anything else that stands there since must be
 * neither signalled nor removed.
 */
export function whoseCgroup(record: CgroupRecord, key: string): "ours" | "gone" | "foreign" {
  const directory = record.paths[key];
  const inode = directory === undefined ? undefined : inodeOf(directory);
  if (directory === undefined || inode === undefined) return "gone";
  const recorded = record.inodes[key];
  // An intent has no inode of what was yet to be made.
  if (recorded === undefined) return record.created.includes(directory) ? "ours" : "foreign";
  return recorded === inode ? "ours" : "foreign";
}
