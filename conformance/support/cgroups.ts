/** Where a process is in the cgroup hierarchies of the host, and what the files there say. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { procFile } from "./proc.ts";

/** The directory of the process in the v1 hierarchy of a controller, or in the unified one for "". */
export function cgroupDirectory(pid: number | "self", controller: string): string {
  for (const line of procFile(pid, "cgroup").trim().split("\n")) {
    const [, names, path] = /^\d+:([^:]*):(.*)$/.exec(line)!;
    if (names!.split(",").includes(controller)) return join(mountPoint(controller), path!);
  }
  throw new Error(`process ${pid} is in no cgroup of ${JSON.stringify(controller)}`);
}

export function cgroupFile(pid: number, controller: string, name: string): string {
  return readFileSync(join(cgroupDirectory(pid, controller), name), "utf8").trim();
}

/** On a host that has nothing but the unified hierarchy, v1 tests have nothing to look at. */
export function hasV1(controller: string): boolean {
  return (
    existsSync(`/sys/fs/cgroup/${controller}/cgroup.procs`) ||
    existsSync(`/sys/fs/cgroup/${controller}/tasks`)
  );
}

function mountPoint(controller: string): string {
  for (const line of procFile("self", "mountinfo").trim().split("\n")) {
    const [left, right] = line.split(" - ");
    const [type, , options] = right!.split(" ");
    const found =
      controller === "" ? type === "cgroup2" : type === "cgroup" && options!.split(",").includes(controller);
    if (found) return left!.split(" ")[4]!;
  }
  throw new Error(`the cgroup hierarchy of ${JSON.stringify(controller)} is not mounted`);
}
