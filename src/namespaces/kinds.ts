import type { SlotName } from "../plan/ops.ts";
import type { LinuxNamespaceType } from "../spec/types.ts";

export interface NamespaceKind {
  /** The name in config.json. */
  readonly type: LinuxNamespaceType;
  /** CLONE_NEW* of clone(2). */
  readonly flag: number;
  /** The file below /proc/PID/ns. */
  readonly file: string;
  /** The plan's descriptor slot for a namespace that is joined. */
  readonly slot: SlotName;
}

export const CLONE_NEWTIME = 0x00000080;
export const CLONE_NEWNS = 0x00020000;
export const CLONE_NEWCGROUP = 0x02000000;
export const CLONE_NEWUTS = 0x04000000;
export const CLONE_NEWIPC = 0x08000000;
export const CLONE_NEWUSER = 0x10000000;
export const CLONE_NEWPID = 0x20000000;
export const CLONE_NEWNET = 0x40000000;

/**
 * The order is the order of joining for a privileged caller: the mount namespace after everything whose
 * descriptor was opened by path, the user namespace last, because root's power over the others ends there.
 */
export const namespaceKinds: readonly NamespaceKind[] = [
  { type: "ipc", flag: CLONE_NEWIPC, file: "ipc", slot: "ns_ipc" },
  { type: "uts", flag: CLONE_NEWUTS, file: "uts", slot: "ns_uts" },
  { type: "network", flag: CLONE_NEWNET, file: "net", slot: "ns_network" },
  { type: "pid", flag: CLONE_NEWPID, file: "pid", slot: "ns_pid" },
  { type: "cgroup", flag: CLONE_NEWCGROUP, file: "cgroup", slot: "ns_cgroup" },
  { type: "time", flag: CLONE_NEWTIME, file: "time", slot: "ns_time" },
  { type: "mount", flag: CLONE_NEWNS, file: "mnt", slot: "ns_mount" },
  { type: "user", flag: CLONE_NEWUSER, file: "user", slot: "ns_user" },
];
