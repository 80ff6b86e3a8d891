import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import type { SpecContext } from "../spec/checks/context.ts";
import type { Finding } from "../spec/finding.ts";
import { parseSpec } from "../spec/parse_spec.ts";
import type { Spec } from "../spec/types.ts";
import { assertValidSpec } from "../spec/validate.ts";
import { O_DIRECTORY, O_NONBLOCK, O_PATH, O_RDONLY, S_IFMT, S_IFREG } from "../sys/constants.ts";
import { close, fstat, open, readlink, readToEnd } from "../sys/files.ts";
import { isErrno, reasonOf, SysError } from "../sys/sys_error.ts";

export interface Bundle {
  /** Absolute, symlinks resolved by the kernel. */
  readonly path: string;
  readonly spec: Spec;
  /** config.json as it was read. */
  readonly configBytes: Uint8Array;
  /** Absolute path of the root file system, without symlinks. */
  readonly rootfs: string;
  readonly warnings: readonly Finding[];
}

/** More than any real config by two orders of magnitude. */
const maxConfigBytes = 16 * 1024 * 1024;

/** Reads `config.json` once, through one descriptor. @throws RuntimeError */
export function readConfig(bundle: string): Uint8Array {
  const path = `${bundle}/config.json`;
  let fd: number;
  try {
    // Not to wait for a writer, should it be a fifo.
    fd = open(path, O_RDONLY | O_NONBLOCK);
  } catch (error) {
    if (isErrno(error, errno.ENOENT)) {
      throw new RuntimeError("config", `JSON specification file config.json not found: ${path}`, {
        at: path,
      });
    }
    throw unreadable(path, error);
  }
  try {
    if ((fstat(fd).mode & S_IFMT) !== S_IFREG) {
      throw new RuntimeError("config", `cannot read ${path}: it is not a regular file`, { at: path });
    }
    return readToEnd(fd, maxConfigBytes + 1);
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    close(fd);
  }
}

function unreadable(path: string, error: unknown): unknown {
  if (!(error instanceof SysError)) return error;
  return new RuntimeError("config", `cannot read ${path}: ${reasonOf(error)}`, {
    at: path,
    errno: error.errno,
    cause: error,
  });
}

/** A checked config and the place of its root file system. @throws RuntimeError with the place in config.json */
export function loadBundle(directory: string, context: SpecContext): Bundle {
  const path = resolveDirectory(directory, "bundle", directory);
  const configBytes = readConfig(path);
  const spec = parseSpec(configBytes);
  const warnings = assertValidSpec(spec, context);
  const rootPath = spec.root.path.startsWith("/") ? spec.root.path : `${path}/${spec.root.path}`;
  return {
    path,
    spec,
    configBytes,
    rootfs: resolveDirectory(rootPath, "root file system", "/root/path"),
    warnings,
  };
}

/** Where a directory really is: the kernel's own words, so that no symlink is left in it. */
function resolveDirectory(path: string, what: string, at: string): string {
  let fd: number;
  try {
    fd = open(path, O_PATH | O_DIRECTORY);
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    throw new RuntimeError("config", `cannot open the ${what} ${path}: ${reasonOf(error)}`, {
      at,
      errno: error.errno,
    });
  }
  try {
    return readlink(`/proc/self/fd/${fd}`);
  } finally {
    close(fd);
  }
}
