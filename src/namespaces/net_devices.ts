import { childPointer } from "../spec/json_pointer.ts";
import type { Linux } from "../spec/types.ts";

/** A device of the runtime's network namespace that the container gets. */
export interface NetDeviceMove {
  readonly hostName: string;
  /** Its name inside; "%d" stands for a number that the kernel chooses. */
  readonly name: string;
  readonly at: string;
}

/** `linux.netDevices` in the order of the file. The namespace is init's, so tsrunc moves them from outside. */
export function planNetDevices(devices: Linux["netDevices"]): readonly NetDeviceMove[] {
  return Object.entries(devices ?? {}).map(([hostName, device]) => ({
    hostName,
    name: device.name || hostName,
    at: childPointer("/linux/netDevices", hostName),
  }));
}
