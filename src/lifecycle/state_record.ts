import type { CgroupRecord } from "../cgroups/driver.ts";
import { RuntimeError } from "../errors.ts";
import type { Hook } from "../spec/types.ts";
import type { RdtRecord } from "./intel_rdt.ts";

/**
 * What is kept of a container, in `<root>/<id>/state.json`. The keys in snake case are the ones monitoring
 * tools know from runc's file of the same name.
 */
export interface StateRecord {
  /** Raised when older tsrunc would misread the file. */
  readonly tsrunc_state: number;
  readonly id: string;
  /** `creating` until everything but the program's start is done; then the kernel tells the rest. */
  readonly phase: "creating" | "created";
  /** The process that creates the container: while it lives, a `creating` record is not abandoned. */
  readonly creator: { readonly pid: number; readonly startTime: number };
  /** 0 before init exists. */
  readonly init_process_pid: number;
  readonly init_process_start: number;
  /** Start times count within one boot only. */
  readonly boot_id: string;
  /** RFC 3339, UTC. */
  readonly created: string;
  readonly bundle: string;
  readonly rootfs: string;
  readonly owner: number;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly cgroup: CgroupRecord;
  readonly cgroup_paths: Readonly<Record<string, string>>;
  readonly intel_rdt?: RdtRecord | undefined;
  readonly namespace_paths: Readonly<Record<string, string>>;
  /** Without a pid namespace of its own, the container's processes outlive its init. */
  readonly own_pid_namespace: boolean;
  /** Hooks of later commands: changes of config.json after create have no effect (spec). */
  readonly hooks: { readonly poststart: readonly Hook[]; readonly poststop: readonly Hook[] };
}

export const stateRecordVersion = 1;

/** @throws RuntimeError `state` when the text is no record of ours */
export function parseStateRecord(text: string, path: string): StateRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RuntimeError("state", `cannot read ${path}: it is not JSON`, { at: path, hint: forceHint });
  }
  const record = value as StateRecord;
  if (record?.tsrunc_state !== stateRecordVersion) {
    throw new RuntimeError("state", `cannot read ${path}: it was written by another version or program`, {
      at: path,
      hint: forceHint,
    });
  }
  return record;
}

const forceHint = "delete --force removes what is left of the container";
