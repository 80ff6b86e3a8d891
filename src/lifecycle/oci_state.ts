import { specVersion } from "../spec/version.ts";
import { liveStatus } from "./live_status.ts";
import type { StateRecord } from "./state_record.ts";
import type { ContainerStatus } from "./status.ts";

/** The state document (runtime.md, "State") with the members engines expect beside it. */
export interface OciState {
  readonly ociVersion: string;
  readonly id: string;
  /** 0 when stopped. */
  readonly pid: number;
  readonly status: ContainerStatus;
  readonly bundle: string;
  readonly rootfs: string;
  readonly created: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner: string;
}

export interface ContainerSummary extends OciState {
  /** Uid of whoever created the container. */
  readonly ownerUid: number;
}

export function ociState(root: string, record: StateRecord): ContainerSummary {
  const status = liveStatus(root, record);
  const annotations = record.annotations ?? {};
  return {
    ociVersion: specVersion,
    id: record.id,
    pid: status === "stopped" ? 0 : record.init_process_pid,
    status,
    bundle: record.bundle,
    rootfs: record.rootfs,
    created: record.created,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    owner: "",
    ownerUid: record.owner,
  };
}
