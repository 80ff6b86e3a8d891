import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { stringifyJson } from "../spec/stringify.ts";
import { LOCK_EX, O_CREAT, O_RDWR } from "../sys/constants.ts";
import {
  close,
  mkdir,
  mkdirAll,
  open,
  readDirectory,
  readTextFile,
  removeFile,
  replaceFile,
  rmdir,
} from "../sys/files.ts";
import { checked, libc } from "../sys/libc.ts";
import { isErrno } from "../sys/sys_error.ts";
import { parseStateRecord, type StateRecord } from "./state_record.ts";

/**
 * The directory of one container: `<root>/<id>` with state.json, the start socket and a lock. Making the
 * directory claims the id; whoever changes the container holds the lock; readers take none and never see a
 * part of a record.
 */
export function stateDirectory(root: string, id: string): string {
  return `${root}/${id}`;
}

export function startSocketPath(root: string, id: string): string {
  return `${root}/${id}/start.sock`;
}

/** The config as `create` read it: later changes of the bundle have no effect (spec). */
export function savedConfigPath(root: string, id: string): string {
  return `${root}/${id}/config.json`;
}

/** The resources as the last `update` left them; not there before the first. */
export function savedResourcesPath(root: string, id: string): string {
  return `${root}/${id}/resources.json`;
}

/** Claims the id. @throws RuntimeError `exists`, or `host` where there is no place for states */
export function claimStateDirectory(root: string, id: string): void {
  const directory = stateDirectory(root, id);
  try {
    mkdirIn(root, directory);
  } catch (error) {
    if (isErrno(error, errno.EEXIST)) {
      throw new RuntimeError("exists", `container with given ID already exists: ${id}`, { at: directory });
    }
    if (!isErrno(error, errno.EACCES)) throw error;
    throw new RuntimeError("host", `cannot create the state root: ${error.message}`, {
      at: root,
      errno: error.errno,
      hint: "without root, set XDG_RUNTIME_DIR to a directory of your own, or use --root",
    });
  }
}

/** mkdir(2), with the root before it when that is not there yet. @throws SysError */
function mkdirIn(root: string, directory: string): void {
  try {
    mkdir(directory, 0o711);
  } catch (error) {
    if (!isErrno(error, errno.ENOENT)) throw error;
    mkdirAll(root, 0o711);
    mkdir(directory, 0o711);
  }
}

/** Writes the record in one step; `durable` waits for the disk. @throws SysError */
export function writeState(root: string, record: StateRecord, durable: boolean): void {
  replaceFile(`${stateDirectory(root, record.id)}/state.json`, `${stringifyJson(record)}\n`, 0o600, durable);
}

/** @throws RuntimeError `not_found`, or `state` when the record cannot be read */
export function readStateRecord(root: string, id: string): StateRecord {
  const path = `${stateDirectory(root, id)}/state.json`;
  let text: string;
  try {
    text = readTextFile(path);
  } catch (error) {
    if (isErrno(error, errno.ENOENT, errno.ENOTDIR)) throw notFound(id);
    throw error;
  }
  return parseStateRecord(text, path);
}

export function notFound(id: string): RuntimeError {
  return new RuntimeError("not_found", `container does not exist: ${id}`);
}

/** Runs `change` while holding the container's lock. @throws RuntimeError `not_found` */
export function withLock<T>(root: string, id: string, change: () => T): T {
  const path = `${stateDirectory(root, id)}/lock`;
  let fd: number;
  try {
    fd = open(path, O_RDWR | O_CREAT, 0o600);
  } catch (error) {
    if (isErrno(error, errno.ENOENT, errno.ENOTDIR)) throw notFound(id);
    throw error;
  }
  try {
    checked("flock", path, () => libc.flock(fd, LOCK_EX));
    return change();
  } finally {
    close(fd);
  }
}

/** Ids of all containers below `root`, sorted. A root that does not exist has none. @throws SysError */
export function listIds(root: string): string[] {
  try {
    return readDirectory(root)
      .filter(({ isDirectory, name }) => isDirectory && !name.startsWith("."))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (isErrno(error, errno.ENOENT)) return [];
    throw error;
  }
}

/** Removes the container's directory. It needs no free space; what is gone already is no error. */
export function removeStateDirectory(root: string, id: string): void {
  const directory = stateDirectory(root, id);
  try {
    for (const { name } of readDirectory(directory)) removeFile(`${directory}/${name}`);
    rmdir(directory);
  } catch (error) {
    if (!isErrno(error, errno.ENOENT)) throw error;
  }
}
