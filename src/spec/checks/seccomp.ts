import { problem, type Report } from "../finding.ts";
import type { LinuxSeccomp, LinuxSeccompAction, LinuxSyscall, Spec } from "../types.ts";

const AT = "/linux/seccomp";
const ACTIONS_WITH_ERRNO: readonly LinuxSeccompAction[] = ["SCMP_ACT_ERRNO", "SCMP_ACT_TRACE"];
/** SECCOMP_RET_DATA has 16 bits. */
const MAX_ERRNO = 0xffff;
/** A system call has six arguments. */
const MAX_ARGUMENT = 5;

/** The process that is watched would have to answer for itself: nobody listens yet when the filter starts. */
export function checkSeccompDefault(report: Report, spec: Spec): void {
  const seccomp = spec.linux?.seccomp;
  if (seccomp === undefined) return;
  if (seccomp.defaultAction === "SCMP_ACT_NOTIFY") {
    report(problem(`${AT}/defaultAction`, "SCMP_ACT_NOTIFY cannot be used as default action"));
  }
  checkErrno(report, seccomp.defaultAction, seccomp.defaultErrnoRet, `${AT}/defaultErrnoRet`);
}

export function checkSeccompListener(report: Report, spec: Spec): void {
  const seccomp = spec.linux?.seccomp;
  if (seccomp === undefined || seccomp.listenerPath) return;
  if (seccomp.listenerMetadata) {
    report(problem(`${AT}/listenerMetadata`, "listenerMetadata must not be set without listenerPath"));
  }
  if (notifies(seccomp)) report(problem(`${AT}/listenerPath`, "SCMP_ACT_NOTIFY needs a listenerPath"));
}

function notifies(seccomp: LinuxSeccomp): boolean {
  for (const { action } of seccomp.syscalls ?? []) {
    if (action === "SCMP_ACT_NOTIFY") return true;
  }
  return false;
}

export function checkSeccompSyscalls(report: Report, spec: Spec): void {
  for (const [index, syscall] of (spec.linux?.seccomp?.syscalls ?? []).entries()) {
    checkSyscall(report, syscall, `${AT}/syscalls/${index}`);
  }
}

function checkSyscall(report: Report, syscall: LinuxSyscall, at: string): void {
  checkErrno(report, syscall.action, syscall.errnoRet, `${at}/errnoRet`);
  const empty = syscall.names.indexOf("");
  if (empty >= 0) report(problem(`${at}/names/${empty}`, "the name of a system call must not be empty"));
  // The runtime itself uses write to hand over the listener, and would wait for its own answer.
  const write = syscall.action === "SCMP_ACT_NOTIFY" ? syscall.names.indexOf("write") : -1;
  if (write >= 0)
    report(problem(`${at}/names/${write}`, "SCMP_ACT_NOTIFY cannot be used for the write syscall"));
  for (const [index, argument] of (syscall.args ?? []).entries()) {
    if (argument.index <= MAX_ARGUMENT) continue;
    report(
      problem(
        `${at}/args/${index}/index`,
        `a system call has arguments 0 to ${MAX_ARGUMENT}, not ${argument.index}`,
      ),
    );
  }
}

function checkErrno(report: Report, action: LinuxSeccompAction, errno: number | undefined, at: string): void {
  if (errno === undefined) return;
  if (!ACTIONS_WITH_ERRNO.includes(action)) report(problem(at, `${action} does not take an errno`));
  else if (errno > MAX_ERRNO) report(problem(at, `an errno is at most ${MAX_ERRNO}, not ${errno}`));
}
