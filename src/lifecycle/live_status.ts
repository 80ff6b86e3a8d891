import { openCgroup } from "../cgroups/choose_driver.ts";
import { errno } from "../errno.ts";
import { close, exists } from "../sys/files.ts";
import { pidfdOpen } from "../sys/processes.ts";
import { readBootId, readProcessStatus } from "../sys/procfs.ts";
import { isErrno } from "../sys/sys_error.ts";
import type { StateRecord } from "./state_record.ts";
import { startSocketPath } from "./state_store.ts";
import type { ContainerStatus } from "./status.ts";

/**
 * The status now: what the record says, and what the kernel says about the process in it. A pid counts only
 * together with its start time, because pids are used again; a zombie has stopped, whoever fails to reap it.
 */
export function liveStatus(root: string, record: StateRecord): ContainerStatus {
  if (!isAlive(record.init_process_pid, record.init_process_start, record.boot_id)) {
    return record.phase === "creating" && creatorAlive(record) ? "creating" : "stopped";
  }
  if (record.phase === "creating") return creatorAlive(record) ? "creating" : "stopped";
  if (openCgroup(record.cgroup).frozen()) return "paused";
  return exists(startSocketPath(root, record.id)) ? "created" : "running";
}

export function creatorAlive(record: StateRecord): boolean {
  return isAlive(record.creator.pid, record.creator.startTime, record.boot_id);
}

function isAlive(pid: number, startTime: number, bootId: string): boolean {
  if (pid === 0) return false;
  const status = readProcessStatus(pid);
  return (
    status !== undefined &&
    status.startTime === startTime &&
    status.state !== "Z" &&
    status.state !== "X" &&
    bootId === readBootId()
  );
}

/**
 * A pidfd of the container's init, checked to be that very process; undefined when it has ended. Signals go
 * through it and never to a number.
 */
export function openInit(record: StateRecord): number | undefined {
  if (record.init_process_pid === 0) return undefined;
  let pidfd: number;
  try {
    pidfd = pidfdOpen(record.init_process_pid);
  } catch (error) {
    if (isErrno(error, errno.ESRCH, errno.EINVAL)) return undefined;
    throw error;
  }
  if (isAlive(record.init_process_pid, record.init_process_start, record.boot_id)) return pidfd;
  close(pidfd);
  return undefined;
}
