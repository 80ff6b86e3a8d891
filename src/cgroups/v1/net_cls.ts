import type { LinuxResources } from "../../spec/types.ts";
import { isGiven, type Setting, setting } from "../settings.ts";

/** Documentation/admin-guide/cgroup-v1/net_cls.rst. */
export function planNetCls({ network }: LinuxResources): readonly Setting[] {
  if (!isGiven(network?.classID)) return [];
  const at = "/linux/resources/network/classID";
  return [setting("net_cls", "net_cls.classid", network.classID, "network class id", at)];
}
