import { errno } from "../errno.ts";
import { O_CLOEXEC } from "./constants.ts";
import { loadLibrary } from "./engine.ts";
import { checked, libc } from "./libc.ts";
import { libcRareSymbols } from "./libc_symbols.ts";
import { isErrno } from "./sys_error.ts";

let rare: ReturnType<typeof loadLibrary<typeof libcRareSymbols>> | undefined;

/** The functions of libc that only some commands need, bound at the first use. */
export function libcRare(): NonNullable<typeof rare> {
  rare ??= loadLibrary("libc.so.6", libcRareSymbols);
  return rare;
}

/** pipe2(2), close-on-exec: [read end, write end]. @throws SysError */
export function pipe(): [number, number] {
  const ends = new Int32Array(new ArrayBuffer(64));
  const bytes = new Uint8Array(ends.buffer);
  checked("pipe2", undefined, () => libcRare().pipe2(bytes, O_CLOEXEC));
  return [ends[0]!, ends[1]!];
}

/**
 * Writes to a pipe whose reader may be gone, which is no error here. The engine ignores SIGPIPE.
 *
 * @throws SysError
 */
export function writeToPipe(fd: number, bytes: Uint8Array): void {
  try {
    checked("write", undefined, () => libc.write(fd, bytes, bytes.length));
  } catch (error) {
    if (!isErrno(error, errno.EPIPE)) throw error;
  }
}
