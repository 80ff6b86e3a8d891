import type { LinuxResources } from "../../spec/types.ts";
import { pidsMax } from "../conversions.ts";
import { type Setting, setting } from "../settings.ts";

/** Documentation/admin-guide/cgroup-v2.rst, "PID". */
export function planPids({ pids }: LinuxResources): readonly Setting[] {
  if (pids?.limit === undefined) return [];
  return [setting("pids", "pids.max", pidsMax(pids.limit), "pids limit", "/linux/resources/pids/limit")];
}
