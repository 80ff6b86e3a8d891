import { openCgroup } from "../cgroups/choose_driver.ts";
import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { startAccepted, startRequest } from "../plan/ops.ts";
import { decodeStartFailure } from "../plan/report.ts";
import type { HookState } from "../process/plan_hooks.ts";
import { specVersion } from "../spec/version.ts";
import { SIGKILL, SOCK_SEQPACKET } from "../sys/constants.ts";
import { close, removeFile } from "../sys/files.ts";
import { connectUnix, receive, send } from "../sys/sockets.ts";
import { isErrno } from "../sys/sys_error.ts";
import { checkContainerId } from "./container_id.ts";
import { runHooks } from "./hooks.ts";
import { killInit } from "./kill_init.ts";
import { liveStatus } from "./live_status.ts";
import type { StateRecord } from "./state_record.ts";
import { readStateRecord, startSocketPath, withLock } from "./state_store.ts";
import { startRefusal } from "./status.ts";

/**
 * Releases the waiting init and returns when the program runs, after the poststart hooks.
 *
 * @throws RuntimeError `state` when the container is not `created`, `executable` or `hook` when the program
 *   could not be started
 */
export function startContainer(request: { readonly id: string; readonly root: string }): void {
  const { id, root } = request;
  checkContainerId(id);
  const record = readStateRecord(root, id);
  const refusal = startRefusal(liveStatus(root, record));
  if (refusal !== undefined) throw new RuntimeError("state", refusal);
  withLock(root, id, () => releaseInit(root, record));
  runPoststartHooks(record);
}

/** The lock makes one `start` of several win; the others find no socket. */
function releaseInit(root: string, record: StateRecord): void {
  const path = startSocketPath(root, record.id);
  const socket = connectToInit(path);
  try {
    send(socket, new Uint8Array(new Uint32Array([startRequest]).buffer));
    const buffer = new Uint8Array(4096);
    const accepted = receiveOrEnd(socket, buffer);
    if (accepted !== 4 || new DataView(buffer.buffer).getUint32(0, true) !== startAccepted) {
      throw new RuntimeError("state", "container process is already dead");
    }
    removeFile(path);
    const length = receiveOrEnd(socket, buffer);
    if (length > 0) throw decodeStartFailure(buffer.subarray(0, length));
  } finally {
    close(socket);
  }
}

function connectToInit(path: string): number {
  try {
    return connectUnix(path, SOCK_SEQPACKET);
  } catch (error) {
    if (isErrno(error, errno.ENOENT)) throw new RuntimeError("state", startRefusal("running")!);
    if (!isErrno(error, errno.ECONNREFUSED)) throw error;
    throw new RuntimeError("state", "container process is already dead");
  }
}

/** End of file and a reset both mean that init has closed its end. */
function receiveOrEnd(socket: number, buffer: Uint8Array): number {
  try {
    return receive(socket, buffer);
  } catch (error) {
    if (isErrno(error, errno.ECONNRESET)) return 0;
    throw error;
  }
}

/** A failing poststart hook stops the container (runtime.md, "Lifecycle"). */
function runPoststartHooks(record: StateRecord): void {
  if (record.hooks.poststart.length === 0) return;
  try {
    runHooks("poststart", record.hooks.poststart, hookStateOf(record), {
      status: "running",
      pid: record.init_process_pid,
    });
  } catch (error) {
    openCgroup(record.cgroup).killAll(SIGKILL);
    killInit(record);
    throw error;
  }
}

export function hookStateOf(record: StateRecord): HookState {
  return { ociVersion: specVersion, id: record.id, bundle: record.bundle, annotations: record.annotations };
}
