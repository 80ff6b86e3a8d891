import { RuntimeError } from "../errors.ts";
import { replaceFile } from "../sys/files.ts";
import { reasonOf, SysError } from "../sys/sys_error.ts";

/**
 * Decimal digits without a newline, complete before its name exists: containerd parses it strictly.
 *
 * @throws RuntimeError naming the file
 */
export function writePidFile(path: string, pid: number): void {
  try {
    replaceFile(path, `${pid}`, 0o644, false);
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    throw new RuntimeError("syscall", `cannot write the pid file ${path}: ${reasonOf(error)}`, {
      at: "--pid-file",
      errno: error.errno,
    });
  }
}
