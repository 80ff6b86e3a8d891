import { errno } from "../../errno.ts";
import { RuntimeError } from "../../errors.ts";
import { SysError } from "../../sys/sys_error.ts";
import type { Leaf } from "../directories.ts";
import { readCgroupFile, words, writeCgroupFile } from "../file.ts";

/**
 * Makes every controller of the hierarchy available in the leaf, also without a limit to set: engines read
 * their statistics there. A controller that cannot be handed down is left out; a limit that needs it then
 * fails and says so.
 *
 * @param needsDomain a limit is asked for that does not work in a threaded cgroup
 * @throws RuntimeError
 */
export function enableControllers({ mountPoint, directory }: Leaf, needsDomain: boolean): void {
  const wanted = words(readCgroupFile(mountPoint, "cgroup.controllers"));
  const enabled = words(readCgroupFile(directory, "cgroup.controllers"));
  if (wanted.every((name) => enabled.includes(name))) return;
  for (const level of levels(mountPoint, directory)) {
    if (level !== mountPoint) settleType(level, needsDomain);
    if (level !== directory) handDown(level, wanted);
  }
}

/** From the root of the hierarchy to the leaf. */
function levels(mountPoint: string, directory: string): readonly string[] {
  const parts = directory.slice(mountPoint.length + 1).split("/");
  return [mountPoint, ...parts.map((_, index) => `${mountPoint}/${parts.slice(0, index + 1).join("/")}`)];
}

function handDown(level: string, controllers: readonly string[]): void {
  try {
    // False, which is ENOENT, means a controller that this level does not have itself.
    if (writeCgroupFile(level, "cgroup.subtree_control", controllers.map((name) => `+${name}`).join(" ")))
      return;
  } catch {
    // One by one, then.
  }
  // All or none is written: one that is refused must not keep the others away.
  for (const name of controllers) handDownOne(level, name);
}

function handDownOne(level: string, name: string): void {
  try {
    writeCgroupFile(level, "cgroup.subtree_control", `+${name}`);
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
  }
}

/** Below a threaded cgroup, nothing can be joined until it is threaded too. cgroups(7), "thread mode". */
function settleType(level: string, needsDomain: boolean): void {
  const type = readCgroupFile(level, "cgroup.type") ?? "domain";
  if (type === "domain") return;
  if (needsDomain) {
    const message = `cannot limit memory, cpu, io or huge pages in ${level}: the cgroup is ${type}`;
    throw new RuntimeError("host", message, { at: "/linux/cgroupsPath", errno: errno.EOPNOTSUPP });
  }
  if (type === "domain invalid") writeCgroupFile(level, "cgroup.type", "threaded");
}
