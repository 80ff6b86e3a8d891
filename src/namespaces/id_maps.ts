import type { LinuxIdMapping } from "../spec/types.ts";

/** Mappings as /proc/PID/uid_map and gid_map want them (user_namespaces(7)): one write of all lines. */
export function formatIdMap(mappings: readonly LinuxIdMapping[]): string {
  return mappings.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`).join("");
}

/** The host id behind an id of the container; undefined when the mappings do not cover it. */
export function hostId(mappings: readonly LinuxIdMapping[], id: number): number | undefined {
  const mapping = mappings.find(({ containerID, size }) => id >= containerID && id < containerID + size);
  return mapping === undefined ? undefined : mapping.hostID + (id - mapping.containerID);
}
