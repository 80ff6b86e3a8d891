import type { LinuxIdMapping } from "../spec/types.ts";

/** The host id behind an id of the container; undefined when the mappings do not cover it. */
export function hostId(mappings: readonly LinuxIdMapping[], id: number): number | undefined {
  const mapping = mappings.find(({ containerID, size }) => id >= containerID && id < containerID + size);
  return mapping === undefined ? undefined : mapping.hostID + (id - mapping.containerID);
}
