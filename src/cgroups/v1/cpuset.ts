import type { LinuxResources } from "../../spec/types.ts";
import { type Setting, setting } from "../settings.ts";
import { planCpuset as planCpusetV2 } from "../v2/cpuset.ts";

/** The same two files on v1 and v2. */
export const planCpuset: (resources: LinuxResources) => readonly Setting[] = planCpusetV2;

/** Both are empty in a new v1 cpuset, and nothing can join it then: they start as copies of the parent's. */
export const inheritedFiles: readonly string[] = ["cpuset.cpus", "cpuset.mems"];

export function planInherited(file: string, value: string): Setting {
  return setting("cpuset", file, value, file, "/linux/cgroupsPath");
}
