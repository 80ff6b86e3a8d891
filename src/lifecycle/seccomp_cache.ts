/**
 * Compiled filters, kept below the state root: compiling a profile of usual size takes longer than most of
 * what `create` does. The cache never makes an error: what cannot be read or written is compiled again.
 *
 * An entry decides what a container may do, so it is only taken from a directory that nobody but this user
 * can write to, and only for the very same text: a hash alone could be met by a profile made for that.
 */

import { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } from "../sys/constants.ts";
import { contentHash } from "../sys/engine.ts";
import {
  close,
  fstat,
  isDirectory,
  mkdir,
  mkdirAll,
  open,
  openat,
  readToEnd,
  removeFile,
  rename,
  writeAll,
} from "../sys/files.ts";
import { decodeUtf8, encodeUtf8, libc } from "../sys/libc.ts";
import { SysError } from "../sys/sys_error.ts";

const directoryName = ".seccomp";

/** More than the longest profile and the longest filter need. */
const maxEntryBytes = 1024 * 1024;

/** The filter that was stored for exactly this text. */
export function readCachedFilter(root: string, key: string): Uint8Array | undefined {
  return withDirectory(root, (directory) => {
    const fd = openat(directory, slotOf(encodeUtf8(key)), O_RDONLY | O_NOFOLLOW);
    try {
      return decodeEntry(readToEnd(fd, maxEntryBytes), key);
    } finally {
      close(fd);
    }
  });
}

export function writeCachedFilter(root: string, key: string, filter: Uint8Array): void {
  const keyBytes = encodeUtf8(key);
  const entry = encodeEntry(keyBytes, filter);
  makeDirectory(root);
  withDirectory(root, (directory) => {
    const name = slotOf(keyBytes);
    const temporary = `.${name}.${process.pid}`;
    const fd = openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    const path = `/proc/self/fd/${directory}`;
    try {
      writeAll(fd, entry);
      rename(`${path}/${temporary}`, `${path}/${name}`);
    } catch (error) {
      removeFile(`${path}/${temporary}`);
      throw error;
    } finally {
      close(fd);
    }
  });
}

/** One of 256 names, so that the cache cannot grow for ever. Two profiles of one name replace each other. */
function slotOf(key: Uint8Array): string {
  return contentHash(key).slice(-2);
}

/** "<length of the key> <length of the filter> <hash of both>", a line break, the key, the filter. */
function encodeEntry(key: Uint8Array, filter: Uint8Array): Uint8Array {
  const body = concat(key, filter);
  return concat(encodeUtf8(`${key.length} ${filter.length} ${contentHash(body)}\n`), body);
}

function decodeEntry(entry: Uint8Array, key: string): Uint8Array | undefined {
  const end = entry.indexOf(0x0a);
  const [keyLength, filterLength, hash] = decodeUtf8(entry.subarray(0, Math.max(end, 0))).split(" ");
  const body = entry.subarray(end + 1);
  if (body.length !== Number(keyLength) + Number(filterLength) || contentHash(body) !== hash)
    return undefined;
  if (decodeUtf8(body.subarray(0, Number(keyLength))) !== key) return undefined;
  return body.subarray(Number(keyLength));
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

function makeDirectory(root: string): void {
  ignoringSysErrors(() => {
    mkdirAll(root, 0o711);
    mkdir(`${root}/${directoryName}`, 0o700);
  });
}

/** Calls `use` with the directory when it is ours alone; the descriptor stays what was looked at. */
function withDirectory<T>(root: string, use: (directory: number) => T): T | undefined {
  return ignoringSysErrors(() => {
    const fd = open(`${root}/${directoryName}`, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    try {
      const status = fstat(fd);
      const ours =
        isDirectory(status) && status.uid === Number(libc.geteuid()) && (status.mode & 0o077) === 0;
      return ours ? use(fd) : undefined;
    } finally {
      close(fd);
    }
  });
}

function ignoringSysErrors<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    return undefined;
  }
}
