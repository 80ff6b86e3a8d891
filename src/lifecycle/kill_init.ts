import { openCgroup } from "../cgroups/choose_driver.ts";
import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { SIGKILL } from "../sys/constants.ts";
import { close } from "../sys/files.ts";
import { pidfdSendSignal, pollReadable } from "../sys/processes.ts";
import { isErrno } from "../sys/sys_error.ts";
import { openInit } from "./live_status.ts";
import type { StateRecord } from "./state_record.ts";

/** How long init and its cgroup may take to go after SIGKILL. */
export const killTimeoutMs = 10_000;

/** Ends init, frozen or not, and waits until it has ended. @throws RuntimeError when it does not end */
export function killInit(record: StateRecord): void {
  const pidfd = openInit(record);
  if (pidfd === undefined) return;
  try {
    pidfdSendSignal(pidfd, SIGKILL);
    const cgroup = openCgroup(record.cgroup);
    if (record.cgroup.driver === "v1" && cgroup.frozen()) cgroup.thaw();
    if (pollReadable([pidfd], killTimeoutMs).length === 0) {
      throw new RuntimeError("state", `container init still running: pid ${record.init_process_pid}`);
    }
  } catch (error) {
    if (!isErrno(error, errno.ESRCH)) throw error;
  } finally {
    close(pidfd);
  }
}
