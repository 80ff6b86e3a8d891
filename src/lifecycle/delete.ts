import { openCgroup } from "../cgroups/choose_driver.ts";
import { RuntimeError } from "../errors.ts";
import { SIGKILL } from "../sys/constants.ts";
import { checkContainerId } from "./container_id.ts";
import { runHooksToTheEnd } from "./hooks.ts";
import { removeRdtGroups } from "./intel_rdt.ts";
import { killInit, killTimeoutMs } from "./kill_init.ts";
import { liveStatus } from "./live_status.ts";
import { hookStateOf } from "./start.ts";
import type { StateRecord } from "./state_record.ts";
import { readStateRecord, removeStateDirectory, withLock } from "./state_store.ts";
import { deleteRefusal } from "./status.ts";

export interface DeleteRequest {
  readonly id: string;
  readonly root: string;
  readonly force: boolean;
  readonly log: { readonly warning: (message: string) => void };
}

/**
 * Removes what `create` made: processes, cgroup, state. It can be run again after a partial failure, and
 * never succeeds while something is left. With `force` a running container is killed, and an unknown one is
 * fine.
 *
 * @throws RuntimeError `not_found`, `state`, or what could not be removed
 */
export function deleteContainer(request: DeleteRequest): void {
  checkContainerId(request.id);
  let record: StateRecord;
  try {
    record = readStateRecord(request.root, request.id);
  } catch (error) {
    if (!(request.force && error instanceof RuntimeError)) throw error;
    // No record, or none that can be read: what is left is the directory, if anything.
    removeStateDirectory(request.root, request.id);
    return;
  }
  const status = liveStatus(request.root, record);
  const refusal = deleteRefusal(request.id, status);
  if (refusal !== undefined && !request.force) throw new RuntimeError("state", refusal);
  try {
    withLock(request.root, request.id, () => destroyContainer(request.root, record));
  } catch (error) {
    // Another delete was faster.
    if (error instanceof RuntimeError && error.code === "not_found" && request.force) return;
    throw error;
  }
  runHooksToTheEnd(
    "poststop",
    record.hooks.poststop,
    hookStateOf(record),
    { status: "stopped", pid: 0 },
    request.log.warning,
  );
}

/** Order: processes, cgroup, resctrl groups, state. What is still to do stays on record until it is done. */
export function destroyContainer(root: string, record: StateRecord): void {
  killInit(record);
  const cgroup = openCgroup(record.cgroup);
  // Processes that outlived init, which a shared pid namespace allows, are the container's as well.
  if (!cgroup.waitEmpty(0)) cgroup.killAll(SIGKILL);
  cgroup.destroy(killTimeoutMs);
  removeRdtGroups(record.intel_rdt);
  removeStateDirectory(root, record.id);
}
