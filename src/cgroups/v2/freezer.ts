import { RuntimeError } from "../../errors.ts";
import { exists } from "../../sys/files.ts";
import { flatKey, readCgroupFile, writeCgroupFile } from "../file.ts";
import { waitForEvent } from "../waiting.ts";

/** Documentation/admin-guide/cgroup-v2.rst, "cgroup.freeze". A cgroup that is gone needs no freezing. */
export function freezeCgroup(directory: string, timeoutMs = 10_000): void {
  if (!writeCgroupFile(directory, "cgroup.freeze", "1")) {
    if (exists(directory)) throw new RuntimeError("host", "freezer not supported");
    return;
  }
  const done = waitForEvent(
    `${directory}/cgroup.events`,
    (text) => flatKey(text, "frozen") === "1",
    timeoutMs,
  );
  if (done) return;
  thawCgroup(directory);
  throw new RuntimeError(
    "host",
    `cannot freeze ${directory}: a process did not stop in ${timeoutMs / 1000} seconds`,
  );
}

export function thawCgroup(directory: string): void {
  writeCgroupFile(directory, "cgroup.freeze", "0");
}

/** Whether all processes are stopped, be it by a cgroup above. */
export function isFrozen(directory: string): boolean {
  return flatKey(readCgroupFile(directory, "cgroup.events") ?? "", "frozen") === "1";
}
