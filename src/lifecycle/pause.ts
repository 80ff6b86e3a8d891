import { openCgroup } from "../cgroups/choose_driver.ts";
import { RuntimeError } from "../errors.ts";
import { checkContainerId } from "./container_id.ts";
import { liveStatus } from "./live_status.ts";
import { readStateRecord, withLock } from "./state_store.ts";
import { pauseRefusal, resumeRefusal } from "./status.ts";

/** Freezes every process of a container. @throws RuntimeError `state` "container not running" */
export function pauseContainer({ id, root }: { readonly id: string; readonly root: string }): void {
  checkContainerId(id);
  withLock(root, id, () => {
    const record = readStateRecord(root, id);
    const refusal = pauseRefusal(liveStatus(root, record));
    if (refusal !== undefined) throw new RuntimeError("state", refusal);
    openCgroup(record.cgroup).freeze();
  });
}

/** Thaws a paused container. @throws RuntimeError `state` "container not paused" */
export function resumeContainer({ id, root }: { readonly id: string; readonly root: string }): void {
  checkContainerId(id);
  withLock(root, id, () => {
    const record = readStateRecord(root, id);
    const refusal = resumeRefusal(liveStatus(root, record));
    if (refusal !== undefined) throw new RuntimeError("state", refusal);
    openCgroup(record.cgroup).thaw();
  });
}
