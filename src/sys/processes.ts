import { errno } from "../errno.ts";
import {
  P_PIDFD,
  POLLIN,
  PR_SET_CHILD_SUBREAPER,
  SYS_pidfd_open,
  SYS_pidfd_send_signal,
  WEXITED,
} from "./constants.ts";
import { lastErrno } from "./engine.ts";
import { checked, libc, syscallNumbers } from "./libc.ts";
import { libcRare } from "./pipes.ts";
import { isErrno, SysError } from "./sys_error.ts";

/** pidfd_open(2), close-on-exec. @throws SysError (ESRCH: no such process) */
export function pidfdOpen(pid: number): number {
  return syscallNumbers("pidfd_open", SYS_pidfd_open, pid, 0);
}

/** pidfd_send_signal(2). @throws SysError (ESRCH: it has ended) */
export function pidfdSendSignal(pidfd: number, signal: number): void {
  syscallNumbers("pidfd_send_signal", SYS_pidfd_send_signal, pidfd, signal, 0, 0);
}

/** How a process ended: its exit code, or the number of the signal that killed it. */
export type ExitStatus = { readonly code: number } | { readonly signal: number };

/** waitid(2) on a child's pidfd: blocks until it has ended, and reaps it. @throws SysError */
export function waitForExit(pidfd: number): ExitStatus {
  const info = new Uint8Array(128);
  checked("waitid", undefined, () => libc.waitid(P_PIDFD, pidfd, info, WEXITED));
  // siginfo_t of SIGCHLD: si_code at 8, si_status at 24. CLD_EXITED is 1.
  const view = new DataView(info.buffer);
  const status = view.getInt32(24, true);
  return view.getInt32(8, true) === CLD_EXITED ? { code: status } : { signal: status };
}
const CLD_EXITED = 1;

/** The shell's convention, which every engine expects: 128 + number of the signal. */
export function exitCode(status: ExitStatus): number {
  return "code" in status ? status.code : 128 + status.signal;
}

/**
 * poll(2) for input or hang-up on several descriptors. Returns the descriptors that have something, none
 * after `timeoutMs` (-1: wait for ever). @throws SysError
 */
export function pollReadable(fds: readonly number[], timeoutMs: number, events = POLLIN): number[] {
  const buffer = new Uint8Array(new ArrayBuffer(Math.max(fds.length * 8, 64)));
  const view = new DataView(buffer.buffer);
  fds.forEach((fd, index) => {
    view.setInt32(index * 8, fd, true);
    view.setInt16(index * 8 + 4, events, true);
  });
  if (Number(libc.poll(buffer, fds.length, timeoutMs)) === -1) {
    const number = lastErrno();
    // A signal is no reason to fail; the caller looks at its clock and polls again.
    if (number === errno.EINTR) return [];
    throw new SysError("poll", undefined, number);
  }
  return fds.filter((_, index) => view.getInt16(index * 8 + 6, true) !== 0);
}

/** Whether the process behind a pidfd has ended (a pidfd becomes readable then). */
export function hasEnded(pidfd: number): boolean {
  return pollReadable([pidfd], 0).length > 0;
}

/** prlimit(2): sets the limits of another process. @throws SysError */
export function setProcessLimit(pid: number, resource: number, soft: bigint, hard: bigint): void {
  const limits = new BigUint64Array([soft, hard]);
  const bytes = new Uint8Array(limits.buffer);
  checked("prlimit", undefined, () => libc.prlimit(pid, resource, bytes, null));
}

/** kill(2) of a whole process group that we started; its end is no error. @throws SysError */
export function killProcessGroup(leader: number, signal: number): void {
  try {
    syscallNumbers("kill", process.arch === "arm64" ? 129 : 62, -leader, signal);
  } catch (error) {
    if (!isErrno(error, errno.ESRCH)) throw error;
  }
}

/**
 * Orphans below this process become its children (prctl(2) PR_SET_CHILD_SUBREAPER), so that what a container
 * leaves behind does not wander off while a foreground `run` waits. @throws SysError
 */
export function becomeSubreaper(): void {
  checked("prctl", undefined, () => libcRare().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
}
