import type { LinuxIdMapping } from "../spec/types.ts";

/** Mappings as /proc/PID/uid_map and gid_map want them (user_namespaces(7)): one write of all lines. */
export function formatIdMap(mappings: readonly LinuxIdMapping[]): string {
  return mappings.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`).join("");
}
