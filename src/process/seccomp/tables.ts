/**
 * The names of a seccomp profile and the numbers of libseccomp (seccomp.h) and of the kernel
 * (linux/seccomp.h), to parse with and to report in `features`.
 */
import type { LinuxSeccompAction, LinuxSeccompFlag, LinuxSeccompOperator } from "../../spec/types.ts";

export interface SeccompAction {
  /** What libseccomp and the kernel call it: SECCOMP_RET_*. */
  readonly value: number;
  /** Whether the low 16 bits are data: the errno to return, or the message for the tracer. */
  readonly takesErrno: boolean;
  /** Whether a system call that nobody thought of goes on; then a new one is none of our business. */
  readonly permits: boolean;
}

/** KILL is the old name of KILL_THREAD, in the kernel as in libseccomp. */
export const seccompActions: Readonly<Record<LinuxSeccompAction, SeccompAction>> = {
  SCMP_ACT_KILL: { value: 0, takesErrno: false, permits: false },
  SCMP_ACT_KILL_PROCESS: { value: 0x80000000, takesErrno: false, permits: false },
  SCMP_ACT_KILL_THREAD: { value: 0, takesErrno: false, permits: false },
  SCMP_ACT_TRAP: { value: 0x00030000, takesErrno: false, permits: false },
  SCMP_ACT_ERRNO: { value: 0x00050000, takesErrno: true, permits: false },
  // A tracer knows what to do with new calls itself.
  SCMP_ACT_TRACE: { value: 0x7ff00000, takesErrno: true, permits: true },
  SCMP_ACT_ALLOW: { value: 0x7fff0000, takesErrno: false, permits: true },
  SCMP_ACT_LOG: { value: 0x7ffc0000, takesErrno: false, permits: true },
  SCMP_ACT_NOTIFY: { value: 0x7fc00000, takesErrno: false, permits: false },
};

/** enum scmp_compare. */
export const seccompOperators: Readonly<Record<LinuxSeccompOperator, number>> = {
  SCMP_CMP_NE: 1,
  SCMP_CMP_LT: 2,
  SCMP_CMP_LE: 3,
  SCMP_CMP_EQ: 4,
  SCMP_CMP_GE: 5,
  SCMP_CMP_GT: 6,
  SCMP_CMP_MASKED_EQ: 7,
};

/**
 * Flags of seccomp(2). TSYNC is accepted and without effect: the process has one thread when the filter is
 * loaded.
 */
export const seccompFlags: Readonly<Record<LinuxSeccompFlag, number>> = {
  SECCOMP_FILTER_FLAG_TSYNC: 1,
  SECCOMP_FILTER_FLAG_LOG: 2,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: 4,
  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: 32,
};

/** SECCOMP_FILTER_FLAG_NEW_LISTENER: not the profile's to ask for, NOTIFY implies it. */
export const newListenerFlag = 8;
