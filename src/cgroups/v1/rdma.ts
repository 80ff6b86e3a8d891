import type { LinuxResources } from "../../spec/types.ts";
import type { Setting } from "../settings.ts";
import { planRdma as planRdmaV2 } from "../v2/rdma.ts";

/** The same file on v1 and v2. */
export const planRdma: (resources: LinuxResources) => readonly Setting[] = planRdmaV2;
