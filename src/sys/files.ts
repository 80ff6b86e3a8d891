import { errno } from "../errno.ts";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_WRONLY,
  S_IFDIR,
  S_IFMT,
  STATX_BASIC_STATS,
} from "./constants.ts";
import { checked, cString, decodeUtf8, encodeUtf8, libc } from "./libc.ts";
import { isErrno } from "./sys_error.ts";

/** open(2), always with O_CLOEXEC. @throws SysError */
export function open(path: string, flags: number, mode = 0): number {
  const bytes = cString(path);
  return checked("open", path, () => libc.open(bytes, flags | O_CLOEXEC, mode));
}

/** openat(2), always with O_CLOEXEC. @throws SysError */
export function openat(dirfd: number, path: string, flags: number, mode = 0): number {
  const bytes = cString(path);
  return checked("openat", path, () => libc.openat(dirfd, bytes, flags | O_CLOEXEC, mode));
}

/** close(2). Errors are not reported: the descriptor is gone either way. */
export function close(fd: number): void {
  libc.close(fd);
}

/** read(2) into `buffer`; 0 at end of file. @throws SysError */
export function read(fd: number, buffer: Uint8Array): number {
  return checked("read", undefined, () => libc.read(fd, buffer, buffer.length));
}

/** write(2) until everything is written. @throws SysError */
export function writeAll(fd: number, bytes: Uint8Array, path?: string): void {
  let rest = bytes;
  while (rest.length > 0) {
    const chunk = rest;
    const written = checked("write", path, () => libc.write(fd, chunk, chunk.length));
    rest = rest.subarray(written);
  }
}

/** Everything `fd` yields, up to `maxBytes` (further bytes stay unread). @throws SysError */
export function readToEnd(fd: number, maxBytes = 64 * 1024 * 1024): Uint8Array {
  let buffer = new Uint8Array(4096);
  let length = 0;
  while (length < maxBytes) {
    if (length === buffer.length) {
      const grown = new Uint8Array(buffer.length * 4);
      grown.set(buffer);
      buffer = grown;
    }
    const count = read(fd, buffer.subarray(length));
    if (count === 0) break;
    length += count;
  }
  return buffer.subarray(0, length);
}

/** The content of a small file as text. @throws SysError */
export function readTextFile(path: string): string {
  return decodeUtf8(readFile(path));
}

/** @throws SysError */
export function readFile(path: string): Uint8Array {
  const fd = open(path, O_RDONLY);
  try {
    return readToEnd(fd);
  } finally {
    close(fd);
  }
}

/** One write(2) to an existing file, as kernel interfaces want it. @throws SysError naming the file */
export function writeKernelFile(path: string, text: string): void {
  const fd = open(path, O_WRONLY);
  try {
    const bytes = encodeUtf8(text);
    checked("write", path, () => libc.write(fd, bytes, bytes.length));
  } finally {
    close(fd);
  }
}

/** Creates `path` anew (O_EXCL), writes `content`, and syncs it when `durable`. @throws SysError */
export function writeNewFile(
  path: string,
  content: string | Uint8Array,
  mode: number,
  durable: boolean,
): void {
  const fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  try {
    writeAll(fd, typeof content === "string" ? encodeUtf8(content) : content, path);
    if (durable) checked("fsync", path, () => libc.fsync(fd));
  } finally {
    close(fd);
  }
}

let temporaryNumber = 0;

/**
 * Replaces `path` in one step: readers see the old content or the new, never a part. With `durable` the
 * bytes are on the disk before the name changes.
 *
 * @throws SysError; no temporary file is left.
 */
export function replaceFile(path: string, text: string, mode: number, durable: boolean): void {
  const slash = path.lastIndexOf("/");
  temporaryNumber += 1;
  const temporary = `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}.${process.pid}.${temporaryNumber}`;
  try {
    writeNewFile(temporary, text, mode, durable);
    rename(temporary, path);
  } catch (error) {
    removeFile(temporary);
    throw error;
  }
}

/** mkdir(2). @throws SysError */
export function mkdir(path: string, mode: number): void {
  const bytes = cString(path);
  checked("mkdir", path, () => libc.mkdir(bytes, mode));
}

/** mkdir -p. Existing directories are left as they are. @throws SysError */
export function mkdirAll(path: string, mode: number): void {
  try {
    mkdir(path, mode);
  } catch (error) {
    if (isErrno(error, errno.EEXIST)) return;
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (!isErrno(error, errno.ENOENT) || parent === "") throw error;
    mkdirAll(parent, mode);
    try {
      mkdir(path, mode);
    } catch (second) {
      if (!isErrno(second, errno.EEXIST)) throw second;
    }
  }
}

/** chown(2) of the user; the group stays. @throws SysError */
export function chown(path: string, uid: number): void {
  const bytes = cString(path);
  checked("chown", path, () => libc.chown(bytes, uid, 0xffffffff));
}

/** rmdir(2). @throws SysError */
export function rmdir(path: string): void {
  const bytes = cString(path);
  checked("rmdir", path, () => libc.rmdir(bytes));
}

/** rename(2). @throws SysError */
export function rename(from: string, to: string): void {
  const fromBytes = cString(from);
  const toBytes = cString(to);
  checked("rename", to, () => libc.rename(fromBytes, toBytes));
}

/** unlink(2); a file that is not there is no error. @throws SysError */
export function removeFile(path: string): void {
  const bytes = cString(path);
  try {
    checked("unlink", path, () => libc.unlink(bytes));
  } catch (error) {
    if (!isErrno(error, errno.ENOENT)) throw error;
  }
}

/** readlink(2). @throws SysError */
export function readlink(path: string): string {
  const bytes = cString(path);
  const buffer = new Uint8Array(4096);
  const length = checked("readlink", path, () => libc.readlink(bytes, buffer, buffer.length));
  return decodeUtf8(buffer.subarray(0, length));
}

/** The names in a directory, without "." and "..", in the kernel's order. @throws SysError */
export function readDirectory(path: string): { name: string; isDirectory: boolean }[] {
  const fd = open(path, O_RDONLY | O_DIRECTORY);
  try {
    const entries: { name: string; isDirectory: boolean }[] = [];
    const buffer = new Uint8Array(32 * 1024);
    const view = new DataView(buffer.buffer);
    for (;;) {
      const length = checked("getdents64", path, () => libc.getdents64(fd, buffer, buffer.length));
      if (length === 0) return entries;
      // struct linux_dirent64: u64 d_ino, s64 d_off, u16 d_reclen, u8 d_type, char d_name[]
      for (let offset = 0; offset < length; offset += view.getUint16(offset + 16, true)) {
        const end = buffer.indexOf(0, offset + 19);
        const name = decodeUtf8(buffer.subarray(offset + 19, end));
        if (name !== "." && name !== "..")
          entries.push({ name, isDirectory: buffer[offset + 18] === DT_DIR });
      }
    }
  } finally {
    close(fd);
  }
}
const DT_DIR = 4;

export interface FileStatus {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly inode: bigint;
  /** Device of the file system, major and minor. */
  readonly device: readonly [number, number];
  /** Device number of a device node, major and minor. */
  readonly deviceNumber: readonly [number, number];
}

/** statx(2) of a path, following symlinks. @throws SysError */
export function stat(path: string): FileStatus {
  return statx(AT_FDCWD, path, 0);
}

/** statx(2) of a path, not following a last symlink. @throws SysError */
export function lstat(path: string): FileStatus {
  return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);
}

/** statx(2) of a descriptor. @throws SysError */
export function fstat(fd: number): FileStatus {
  return statx(fd, "", AT_EMPTY_PATH);
}

function statx(dirfd: number, path: string, flags: number): FileStatus {
  const bytes = cString(path);
  const buffer = new Uint8Array(256);
  checked("stat", path, () => libc.statx(dirfd, bytes, flags, STATX_BASIC_STATS, buffer));
  const view = new DataView(buffer.buffer);
  return {
    uid: view.getUint32(20, true),
    gid: view.getUint32(24, true),
    mode: view.getUint16(28, true),
    inode: view.getBigUint64(32, true),
    deviceNumber: [view.getUint32(128, true), view.getUint32(132, true)],
    device: [view.getUint32(136, true), view.getUint32(140, true)],
  };
}

/** Whether the path exists, following symlinks. @throws SysError other than ENOENT and ENOTDIR */
export function exists(path: string): boolean {
  try {
    stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, errno.ENOENT, errno.ENOTDIR)) return false;
    throw error;
  }
}

export function isDirectory(status: FileStatus): boolean {
  return (status.mode & S_IFMT) === S_IFDIR;
}

/** The magic number of the file system at `path` (statfs(2) f_type). @throws SysError */
export function fileSystemType(path: string): number {
  const bytes = cString(path);
  const buffer = new Uint8Array(120);
  checked("statfs", path, () => libc.statfs(bytes, buffer));
  return new DataView(buffer.buffer).getUint32(0, true);
}

/** getcwd(2). @throws SysError when the directory is gone */
export function getcwd(): string {
  const buffer = new Uint8Array(4096);
  // The libc function returns a pointer, NULL for failure.
  checked("getcwd", undefined, () => (Number(libc.getcwd(buffer, buffer.length)) === 0 ? -1 : 0));
  return decodeUtf8(buffer.subarray(0, buffer.indexOf(0)));
}

/** chdir(2). @throws SysError */
export function chdir(path: string): void {
  const bytes = cString(path);
  checked("chdir", path, () => libc.chdir(bytes));
}
