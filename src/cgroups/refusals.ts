/** What makes a cgroup unfit for a new container. */
import { RuntimeError } from "../errors.ts";
import { flatKey, readCgroupFile } from "./file.ts";
import { pidsOfTree } from "./tree.ts";

const at = "/linux/cgroupsPath";

/** Killing the container would kill processes that were there before. @throws RuntimeError */
export function refuseOccupied(directory: string): void {
  const events = readCgroupFile(directory, "cgroup.events");
  if (events !== undefined && flatKey(events, "populated") === "0") return;
  const count = pidsOfTree(directory).length;
  if (count === 0 && events === undefined) return;
  throw new RuntimeError("host", `container's cgroup is not empty: ${count} process(es) found`, { at });
}

/** In a frozen cgroup init would never get as far as to report anything. @throws RuntimeError */
export function refuseFrozen(frozen: boolean, directory: string): void {
  if (!frozen) return;
  const hint = `${directory} or a cgroup above it is frozen`;
  throw new RuntimeError("host", "container's cgroup unexpectedly frozen", { at, hint });
}
