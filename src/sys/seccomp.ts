import { errno } from "../errno.ts";
import { lastErrno, loadLibrary } from "./engine.ts";
import { syscallSeccompSymbols } from "./libc_symbols.ts";

const SYS_seccomp = process.arch === "arm64" ? 277 : 317;
const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;

let library: ReturnType<typeof loadLibrary<typeof syscallSeccompSymbols>> | undefined;

/**
 * Which of `flags` the kernel knows; undefined when it has no seccomp filters at all. seccomp(2) looks at the
 * flags first and at the program afterwards: without a program, known flags end in EFAULT.
 */
export function supportedSeccompFlags(flags: readonly number[]): number | undefined {
  if (!isKnown(0)) return undefined;
  let known = 0;
  for (const flag of flags) {
    // WAIT_KILLABLE_RECV is only known in company.
    if (isKnown(flag) || isKnown(flag | SECCOMP_FILTER_FLAG_NEW_LISTENER)) known |= flag;
  }
  return known;
}

function isKnown(flags: number): boolean {
  library ??= loadLibrary("libc.so.6", syscallSeccompSymbols);
  library.syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, null);
  return lastErrno() === errno.EFAULT;
}
