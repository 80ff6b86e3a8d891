import { openCgroup } from "../cgroups/choose_driver.ts";
import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { SIGKILL } from "../sys/constants.ts";
import { close } from "../sys/files.ts";
import { pidfdSendSignal } from "../sys/processes.ts";
import { isErrno } from "../sys/sys_error.ts";
import { checkContainerId } from "./container_id.ts";
import { liveStatus, openInit } from "./live_status.ts";
import type { StateRecord } from "./state_record.ts";
import { readStateRecord } from "./state_store.ts";
import { killRefusal } from "./status.ts";

/**
 * Sends a signal to the container's init, or with `all` to every process of its cgroup.
 *
 * Without a pid namespace of its own the death of init ends nothing else, so SIGKILL then goes to all.
 *
 * @throws RuntimeError `state` "container not running"; with `all` a stopped container is fine
 */
export function killContainer(request: {
  readonly id: string;
  readonly root: string;
  readonly signal: number;
  readonly all: boolean;
}): void {
  checkContainerId(request.id);
  const record = readStateRecord(request.root, request.id);
  const cgroup = openCgroup(record.cgroup);
  // A container without a cgroup of its own, which only an unprivileged caller can have, is its init.
  const asWhole = request.all || (request.signal === SIGKILL && !record.own_pid_namespace);
  if (asWhole && record.cgroup.driver !== "disabled") {
    const refusal = killRefusal(liveStatus(request.root, record));
    cgroup.killAll(request.signal);
    if (refusal !== undefined && !request.all) throw new RuntimeError("state", refusal);
    return;
  }
  const refusal = killRefusal(liveStatus(request.root, record));
  if (refusal !== undefined && request.all) return;
  if (refusal !== undefined) throw new RuntimeError("state", refusal);
  signalInit(record, request.signal);
  // On v1 a frozen process does not even die of SIGKILL; on v2 it does, and thawing is not needed.
  if (request.signal === SIGKILL && record.cgroup.driver === "v1" && cgroup.frozen()) cgroup.thaw();
}

/** @throws RuntimeError when init has ended meanwhile */
function signalInit(record: StateRecord, signal: number): void {
  const pidfd = openInit(record);
  if (pidfd === undefined) throw new RuntimeError("state", killRefusal("stopped")!);
  try {
    pidfdSendSignal(pidfd, signal);
  } catch (error) {
    if (!isErrno(error, errno.ESRCH)) throw error;
    throw new RuntimeError("state", killRefusal("stopped")!);
  } finally {
    close(pidfd);
  }
}
