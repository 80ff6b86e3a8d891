import { watchOom } from "../cgroups/oom_watch.ts";
import { readCgroupStats } from "../cgroups/stats.ts";
import type { CgroupStats } from "../cgroups/stats_types.ts";
import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { close } from "../sys/files.ts";
import { pollReadable } from "../sys/processes.ts";
import { isErrno } from "../sys/sys_error.ts";
import { checkContainerId } from "./container_id.ts";
import { type RdtStats, readRdtStats } from "./intel_rdt_stats.ts";
import { openInit } from "./live_status.ts";
import type { StateRecord } from "./state_record.ts";
import { readStateRecord } from "./state_store.ts";

export interface ContainerStats extends CgroupStats {
  readonly intel_rdt: RdtStats;
  /** Interfaces of the container's network are the business of whoever made them. */
  readonly network_interfaces: null;
}

/** One line of `events`. */
export type ContainerEvent =
  | { readonly type: "stats"; readonly id: string; readonly data: ContainerStats }
  | { readonly type: "oom"; readonly id: string };

/**
 * The statistics of running containers, in the order of `ids`.
 *
 * @throws RuntimeError when one of them does not run; nothing is known then of the others either
 */
export function readStats(root: string, ids: readonly string[]): readonly ContainerEvent[] {
  const records = ids.map((id) => readRecord(root, id));
  for (const record of records) close(openRunning(record));
  return records.map(statsEvent);
}

/**
 * Tells of a container until it has stopped: statistics after every `intervalMs`, and at once when the OOM
 * killer strikes. Ends quietly when nobody listens any more.
 *
 * @throws RuntimeError when the container does not run
 */
export function followEvents(request: {
  readonly id: string;
  readonly root: string;
  readonly intervalMs: number;
  readonly emit: (event: ContainerEvent) => void;
}): void {
  const record = readRecord(request.root, request.id);
  const pidfd = openRunning(record);
  try {
    follow(record, pidfd, request.intervalMs, request.emit);
  } catch (error) {
    if (!isErrno(error, errno.EPIPE)) throw error;
  } finally {
    close(pidfd);
  }
}

/** A longer wait than poll(2) can count is as good as any. */
const longestWaitMs = 0x7fffffff;

function follow(
  record: StateRecord,
  pidfd: number,
  intervalMs: number,
  emit: (event: ContainerEvent) => void,
): void {
  const oom = watchOom(record.cgroup.paths);
  try {
    const fds = oom.fd === undefined ? [pidfd] : [pidfd, oom.fd];
    let next = performance.now() + intervalMs;
    for (;;) {
      const left = Math.max(next - performance.now(), 0);
      const ready = pollReadable(fds, Math.min(Math.ceil(left), longestWaitMs));
      // A death by the OOM killer is told before the end that it is.
      if (oom.struck()) emit({ type: "oom", id: record.id });
      if (ready.includes(pidfd)) return;
      if (performance.now() < next) continue;
      emit(statsEvent(record));
      // What a slow reader has missed is not made up for.
      next = Math.max(next + intervalMs, performance.now());
    }
  } finally {
    oom.close();
  }
}

function readRecord(root: string, id: string): StateRecord {
  checkContainerId(id);
  return readStateRecord(root, id);
}

/** A pidfd of the container's init. */
function openRunning(record: StateRecord): number {
  const pidfd = openInit(record);
  if (pidfd === undefined) throw new RuntimeError("state", `container with id ${record.id} is not running`);
  return pidfd;
}

function statsEvent(record: StateRecord): ContainerEvent {
  const data: ContainerStats = {
    ...readCgroupStats(record.cgroup.paths),
    intel_rdt: readRdtStats(record.intel_rdt),
    network_interfaces: null,
  };
  return { type: "stats", id: record.id, data };
}
