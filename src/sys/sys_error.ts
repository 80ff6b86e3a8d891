import { errnoName, errnoReason } from "../errno.ts";
import { RuntimeError } from "../errors.ts";

/** A kernel call that failed: the man page's name of the call, what it was about, and why. */
export class SysError extends RuntimeError {
  readonly call: string;
  readonly path: string | undefined;
  declare readonly errno: number;

  constructor(call: string, path: string | undefined, errno: number) {
    super("syscall", `${call}${path === undefined ? "" : ` ${path}`}: ${errnoReason(errno)}`, { errno });
    this.name = "SysError";
    this.call = call;
    this.path = path;
  }

  get errnoName(): string {
    return errnoName(this.errno);
  }
}

/** Whether `error` is a failed kernel call with one of these errno values. */
export function isErrno(error: unknown, ...errnos: readonly number[]): error is SysError {
  return error instanceof SysError && errnos.includes(error.errno);
}

/** The plain reason of a failed call, without the call and the path. */
export function reasonOf(error: SysError): string {
  return errnoReason(error.errno);
}
