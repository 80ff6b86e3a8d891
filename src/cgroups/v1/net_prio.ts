import type { LinuxResources } from "../../spec/types.ts";
import { type Setting, setting } from "../settings.ts";

/** Documentation/admin-guide/cgroup-v1/net_prio.rst: one `INTERFACE PRIORITY` line per write. */
export function planNetPrio({ network }: LinuxResources): readonly Setting[] {
  return (network?.priorities ?? []).map(({ name, priority }, index) => {
    const at = `/linux/resources/network/priorities/${index}`;
    return setting("net_prio", "net_prio.ifpriomap", `${name} ${priority}`, "network priority", at);
  });
}
