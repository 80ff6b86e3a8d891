import { childPointer } from "../../spec/json_pointer.ts";
import type { LinuxResources } from "../../spec/types.ts";
import { type Setting, setting } from "../settings.ts";

/** Documentation/admin-guide/cgroup-v2.rst, "RDMA". */
export function planRdma({ rdma = {} }: LinuxResources): readonly Setting[] {
  return Object.entries(rdma).map(([device, { hcaHandles, hcaObjects }]) => {
    const limits = [
      ...(hcaHandles === undefined ? [] : [`hca_handle=${hcaHandles}`]),
      ...(hcaObjects === undefined ? [] : [`hca_object=${hcaObjects}`]),
    ];
    const at = childPointer("/linux/resources/rdma", device);
    return setting("rdma", "rdma.max", [device, ...limits].join(" "), "rdma limit", at);
  });
}
