import { errno } from "../errno.ts";
import { CGROUP2_SUPER_MAGIC } from "../sys/constants.ts";
import { exists, fileSystemType, readTextFile } from "../sys/files.ts";
import { isErrno } from "../sys/sys_error.ts";
import {
  type CgroupFacts,
  cgroupRoot,
  type Hierarchy,
  hybridUnifiedDirectory,
  type Membership,
  matchHierarchies,
  parseCgroupMounts,
  parseMemberships,
  seenFrom,
  usualDirectory,
} from "./hierarchy.ts";

/**
 * Looks at the host's hierarchies: one statfs(2) and one small file on v2; on v1 one stat(2) per hierarchy
 * more. /proc/self/mountinfo, which can be long, is read only when a hierarchy is not where it usually is.
 *
 * @throws SysError when /proc is not there
 */
export function readCgroupFacts(rootless: boolean): CgroupFacts {
  const memberships = parseMemberships(readTextFile("/proc/self/cgroup"));
  const own = memberships.find(({ controllers }) => controllers.length === 0)?.path;
  if (isUnified()) {
    const unified = { controllers: [], directory: cgroupRoot, own: seenFrom("/", own ?? "/") };
    return { version: 2, hierarchies: [], unified, rootless };
  }
  const usual = memberships.filter(({ controllers }) => controllers.length > 0).map(atUsualDirectory);
  const hierarchies = usual.every((hierarchy) => hierarchy !== undefined)
    ? usual
    : matchHierarchies(memberships, parseCgroupMounts(readTextFile("/proc/self/mountinfo")));
  return { version: 1, hierarchies, unified: own === undefined ? undefined : hybridUnified(own), rootless };
}

function isUnified(): boolean {
  try {
    return fileSystemType(cgroupRoot) === CGROUP2_SUPER_MAGIC;
  } catch (error) {
    // A container may have no /sys at all; then there is nothing of v1 either.
    if (isErrno(error, errno.ENOENT)) return true;
    throw error;
  }
}

/** One look at the own cgroup proves both that the hierarchy is mounted there, and that its root is. */
function atUsualDirectory({ controllers, path }: Membership): Hierarchy | undefined {
  const directory = usualDirectory(controllers);
  const own = seenFrom("/", path);
  return own !== undefined && exists(`${directory}${own}/cgroup.procs`)
    ? { controllers, directory, own }
    : undefined;
}

/** The cgroup2 mount of a hybrid host is systemd's for its own book-keeping, unless it carries controllers. */
function hybridUnified(own: string): Hierarchy | undefined {
  try {
    if (readTextFile(`${hybridUnifiedDirectory}/cgroup.controllers`).trim() === "") return undefined;
    return { controllers: [], directory: hybridUnifiedDirectory, own: seenFrom("/", own) };
  } catch (error) {
    if (isErrno(error, errno.ENOENT, errno.ENOTDIR)) return undefined;
    throw error;
  }
}
