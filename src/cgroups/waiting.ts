/** Waiting for the kernel without an event loop: woken by it wherever it can wake, and always bounded. */
import { errno } from "../errno.ts";
import { O_RDONLY, POLLPRI } from "../sys/constants.ts";
import { close, open, readToEnd } from "../sys/files.ts";
import { decodeUtf8 } from "../sys/libc.ts";
import { pidfdOpen, pollReadable } from "../sys/processes.ts";
import { isErrno } from "../sys/sys_error.ts";

export function pause(milliseconds: number): void {
  pollReadable([], Math.ceil(milliseconds));
}

/**
 * Waits until `done` holds for the text of a file whose changes the kernel announces (cgroup.events), or until
 * the cgroup is gone. False after `timeoutMs`.
 */
export function waitForEvent(path: string, done: (text: string) => boolean, timeoutMs: number): boolean {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let fd = -1;
    try {
      // The open file remembers the count of changes at its read; poll(2) compares. So no change is missed.
      fd = open(path, O_RDONLY);
      if (done(decodeUtf8(readToEnd(fd)))) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      pollReadable([fd], Math.ceil(left), POLLPRI);
    } catch (error) {
      if (isErrno(error, errno.ENOENT, errno.ENODEV)) return true;
      throw error;
    } finally {
      if (fd >= 0) close(fd);
    }
  }
}

/** Far below the usual limit of 1024 descriptors. */
const batch = 200;

/** Waits until `list` is empty, woken by processes that end: v1 announces nothing itself. */
export function waitForNone(list: () => readonly number[], timeoutMs: number): boolean {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const pids = list();
    if (pids.length === 0) return true;
    const left = deadline - performance.now();
    if (left <= 0) return false;
    // A process that has ended may be listed for a moment more.
    if (!waitForAnyExit(pids, left)) pause(Math.min(1, left));
  }
}

/** Returns false at once when one of them has ended already. */
function waitForAnyExit(pids: readonly number[], timeoutMs: number): boolean {
  const fds = openAll(pids.slice(0, batch)).map(([, fd]) => fd);
  try {
    if (fds.length < Math.min(pids.length, batch) || pollReadable(fds, 0).length > 0) return false;
    pollReadable(fds, Math.ceil(timeoutMs));
    return true;
  } finally {
    fds.forEach(close);
  }
}

/**
 * Sends `signal` to every process of `list`. A pid is signalled only if it is still listed after its pidfd was
 * opened: so the process is one of the cgroup, not one that was given the number of an ended one.
 */
export function signalListed(list: () => readonly number[], signal: (pidfd: number) => void): void {
  const pids = list();
  for (let start = 0; start < pids.length; start += batch) {
    const opened = openAll(pids.slice(start, start + batch));
    try {
      const listed = new Set(list());
      for (const [pid, fd] of opened) if (listed.has(pid)) signalUnlessEnded(fd, signal);
    } finally {
      for (const [, fd] of opened) close(fd);
    }
  }
}

function signalUnlessEnded(fd: number, signal: (pidfd: number) => void): void {
  try {
    signal(fd);
  } catch (error) {
    if (!isErrno(error, errno.ESRCH)) throw error;
  }
}

/** Pidfds of those that have not ended. A process of another pid namespace is listed as 0, which is EINVAL. */
function openAll(pids: readonly number[]): readonly (readonly [pid: number, pidfd: number])[] {
  return pids.flatMap((pid) => {
    try {
      return [[pid, pidfdOpen(pid)] as const];
    } catch (error) {
      if (isErrno(error, errno.ESRCH, errno.EINVAL)) return [];
      throw error;
    }
  });
}
