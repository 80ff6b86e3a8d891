import { RuntimeError } from "../../errors.ts";
import { exists } from "../../sys/files.ts";
import { readCgroupFile, writeCgroupFile } from "../file.ts";
import { tree } from "../tree.ts";
import { pause } from "../waiting.ts";

const file = "freezer.state";

/**
 * Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst: after FROZEN is written the state stays FREEZING
 * until the last task has stopped, and reading it is what moves it on. A task that forks all the time may
 * outrun the freezer; thawing now and then, and trying anew, catches it.
 */
export function freezeCgroup(directory: string, timeoutMs = 10_000): void {
  const deadline = performance.now() + timeoutMs;
  try {
    for (let attempt = 1; performance.now() < deadline; attempt += 1) {
      if (!writeCgroupFile(directory, file, "FROZEN")) {
        if (exists(directory)) throw new RuntimeError("host", "freezer not supported");
        return;
      }
      const state = readCgroupFile(directory, file);
      if (state === "FROZEN" || state === undefined) return;
      if (attempt % 50 === 0) {
        thawCgroup(directory);
        pause(10);
      } else if (attempt > 25) {
        pause(1);
      }
    }
  } catch (error) {
    thawCgroup(directory);
    throw error;
  }
  thawCgroup(directory);
  throw new RuntimeError(
    "host",
    `cannot freeze ${directory}: a process did not stop in ${timeoutMs / 1000} seconds`,
  );
}

export function thawCgroup(directory: string): void {
  writeCgroupFile(directory, file, "THAWED");
}

/** A freezer cgroup the container made keeps its tasks frozen even when those above are thawed. */
export function thawTree(directory: string): void {
  tree(directory).forEach(thawCgroup);
}

/** Whether the processes are stopped or about to be, be it by a cgroup above. */
export function isFrozen(directory: string): boolean {
  const state = readCgroupFile(directory, file);
  return state === "FROZEN" || state === "FREEZING";
}
