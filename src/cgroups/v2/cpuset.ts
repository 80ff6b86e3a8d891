import type { LinuxResources } from "../../spec/types.ts";
import { type Setting, setting } from "../settings.ts";

const at = "/linux/resources/cpu";

/** Documentation/admin-guide/cgroup-v2.rst, "Cpuset". */
export function planCpuset({ cpu }: LinuxResources): readonly Setting[] {
  const settings: Setting[] = [];
  if (cpu?.cpus) settings.push(setting("cpuset", "cpuset.cpus", cpu.cpus, "cpus", `${at}/cpus`));
  if (cpu?.mems) settings.push(setting("cpuset", "cpuset.mems", cpu.mems, "memory nodes", `${at}/mems`));
  return settings;
}
