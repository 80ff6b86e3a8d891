import { errno } from "../errno.ts";
import { O_DIRECTORY, O_PATH, PROC_SUPER_MAGIC } from "./constants.ts";
import { close, fileSystemType, fstat, open, readTextFile, writeKernelFile } from "./files.ts";
import { isErrno, SysError } from "./sys_error.ts";

export interface ProcessStatus {
  /** R, S, D, Z (zombie), X (dead) … */
  readonly state: string;
  /** Clock ticks after boot: with the pid it names one process for ever (until reboot). */
  readonly startTime: number;
}

/** State and start time of a process, from /proc/PID/stat; undefined when there is none. proc_pid_stat(5) */
export function readProcessStatus(pid: number): ProcessStatus | undefined {
  let text: string;
  try {
    text = readTextFile(`/proc/${pid}/stat`);
  } catch (error) {
    if (isErrno(error, errno.ENOENT, errno.ESRCH)) return undefined;
    throw error;
  }
  // The name in field 2 may hold anything, parentheses included: what counts begins after the last one.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0]!, startTime: Number(fields[19]) };
}

/** The random id of this boot: start times of another boot mean nothing. */
export function readBootId(): string {
  return readTextFile("/proc/sys/kernel/random/boot_id").trim();
}

/** Environment of this process as the caller passed it, engine variables included. */
export function readOwnEnvironment(): string[] {
  return readTextFile("/proc/self/environ")
    .split("\0")
    .filter((entry) => entry !== "");
}

/**
 * An O_PATH descriptor of the host's /proc, after checking that it is procfs and its root: init writes
 * sysctls, labels and clock offsets through it. CVE-2019-16884, CVE-2025-52881.
 *
 * @throws SysError when /proc is something else
 */
export function openProcfs(): number {
  const fd = open("/proc", O_PATH | O_DIRECTORY);
  const isProcfs = fileSystemType(`/proc/self/fd/${fd}/.`) === PROC_SUPER_MAGIC && fstat(fd).inode === 1n;
  if (isProcfs) return fd;
  close(fd);
  throw new SysError("open", "/proc", errno.ENODEV);
}

/** Writes an id map of a process in a new user namespace. user_namespaces(7) @throws SysError */
export function writeIdMap(pid: number, kind: "uid" | "gid", map: string): void {
  writeKernelFile(`/proc/${pid}/${kind}_map`, map);
}

/** Forbids setgroups(2) for good in the user namespace of a process. user_namespaces(7) @throws SysError */
export function denySetgroups(pid: number): void {
  writeKernelFile(`/proc/${pid}/setgroups`, "deny");
}

/** Whether this process is in another user namespace than the first, where root is root. */
export function inUserNamespace(): boolean {
  return !/^\s*0\s+0\s+4294967295\s*$/.test(readTextFile("/proc/self/uid_map"));
}

/** time_namespaces(7): the clocks of the namespace that the process has made for its children. @throws SysError */
export function writeTimeOffsets(pid: number, lines: string): void {
  writeKernelFile(`/proc/${pid}/timens_offsets`, lines);
}

/** The uid map of a process, with ids of the host on the right hand. @throws SysError */
export function readUidMap(pid: number): string {
  return readTextFile(`/proc/${pid}/uid_map`);
}

/** proc_pid_oom_score_adj(5). @throws SysError */
export function readOomScoreAdj(pid: number): number {
  return Number(readTextFile(`/proc/${pid}/oom_score_adj`));
}

/** @throws SysError */
export function writeOomScoreAdj(pid: number, value: number): void {
  writeKernelFile(`/proc/${pid}/oom_score_adj`, `${value}`);
}
