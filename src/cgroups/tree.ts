/** A cgroup and those the container has made below it. */
import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { O_DIRECTORY, O_PATH } from "../sys/constants.ts";
import { close, open, readDirectory, rmdir } from "../sys/files.ts";
import { isErrno } from "../sys/sys_error.ts";

import { readCgroupFile, words } from "./file.ts";
import { pause } from "./waiting.ts";

/** Names of the cgroups directly below; none when the cgroup is gone. */
function children(directory: string): readonly string[] {
  try {
    return readDirectory(directory)
      .filter(({ isDirectory }) => isDirectory)
      .map(({ name }) => name);
  } catch (error) {
    if (isErrno(error, errno.ENOENT, errno.ENODEV)) return [];
    throw error;
  }
}

/** The cgroup and all below it, parents first. */
export function tree(directory: string): readonly string[] {
  return [directory, ...children(directory).flatMap((name) => tree(`${directory}/${name}`))];
}

/** Every process in the tree. Zombies are not in it. */
export function pidsOfTree(directory: string): number[] {
  return tree(directory).flatMap(pidsOf);
}

function pidsOf(directory: string): number[] {
  try {
    const text = readCgroupFile(directory, "cgroup.procs");
    return words(text?.replaceAll("\n", " ")).map(Number);
  } catch (error) {
    // A threaded cgroup has threads only; their processes are listed above it.
    if (isErrno(error, errno.EOPNOTSUPP)) return [];
    throw error;
  }
}

/**
 * Removes the cgroup and all below it. A cgroup stays busy for a moment after its last process has ended, so
 * busy ones are tried again, woken by `waitEmpty`, until the deadline.
 *
 * @throws RuntimeError naming the processes that are left
 */
export function removeTree(
  directory: string,
  deadline: number,
  waitEmpty: (timeoutMs: number) => boolean,
): void {
  retry(directory, deadline, waitEmpty, () => tryRemove(directory));
}

/** The same for a cgroup that was there before the container: all below it goes, it stays, without processes. */
export function emptyTree(
  directory: string,
  deadline: number,
  waitEmpty: (timeoutMs: number) => boolean,
): void {
  retry(directory, deadline, waitEmpty, () => tryRemoveChildren(directory) && pidsOf(directory).length === 0);
}

function retry(
  directory: string,
  deadline: number,
  waitEmpty: (timeoutMs: number) => boolean,
  attempt: () => boolean,
): void {
  for (let pauseMs = 1; !attempt(); pauseMs = Math.min(pauseMs * 2, 50)) {
    const left = deadline - performance.now();
    if (left <= 0) throw stillBusy(directory);
    if (waitEmpty(left)) pause(Math.min(pauseMs, left));
  }
}

/** Longer paths are gone through by descriptor: the container may have nested deeper than PATH_MAX. */
const longPath = 2000;

/** True when the cgroup is gone. */
function tryRemove(directory: string): boolean {
  if (rmdirUnlessBusy(directory)) return true;
  if (directory.length < longPath) return tryRemoveChildren(directory) && rmdirUnlessBusy(directory);
  const fd = open(directory, O_PATH | O_DIRECTORY);
  try {
    if (!tryRemoveChildren(`/proc/self/fd/${fd}`)) return false;
  } finally {
    close(fd);
  }
  return rmdirUnlessBusy(directory);
}

function tryRemoveChildren(directory: string): boolean {
  return children(directory).reduce((all, name) => tryRemove(`${directory}/${name}`) && all, true);
}

function rmdirUnlessBusy(directory: string): boolean {
  try {
    rmdir(directory);
    return true;
  } catch (error) {
    if (isErrno(error, errno.ENOENT, errno.ENODEV)) return true;
    if (isErrno(error, errno.EBUSY, errno.ENOTEMPTY)) return false;
    throw error;
  }
}

function stillBusy(directory: string): RuntimeError {
  const pids = pidsOfTree(directory);
  const reason =
    pids.length === 0
      ? "device or resource busy"
      : `${pids.length} process${pids.length === 1 ? " is" : "es are"} still in it: ${pids.slice(0, 20).join(", ")}`;
  return new RuntimeError("host", `cannot remove cgroup ${directory}: ${reason}`, { errno: errno.EBUSY });
}
