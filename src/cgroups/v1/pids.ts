import type { LinuxResources } from "../../spec/types.ts";
import type { Setting } from "../settings.ts";
import { planPids as planPidsV2 } from "../v2/pids.ts";

/** The same file on v1 and v2. */
export const planPids: (resources: LinuxResources) => readonly Setting[] = planPidsV2;
