/** Making the directories of a container's cgroup, once each, and taking them back. */
import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { exists, mkdir, rmdir } from "../sys/files.ts";
import { isErrno } from "../sys/sys_error.ts";

export interface Leaf {
  /** Mount point of the hierarchy: assumed to be there. */
  readonly mountPoint: string;
  readonly directory: string;
}

/**
 * Makes every leaf with the directories above it. `onIntent` hears the list of what will be made, parents
 * first, before anything is; it hears again if another container's delete removed a parent meanwhile.
 *
 * @throws SysError; then nothing made here is left
 */
export function makeLeaves(
  leaves: readonly Leaf[],
  onIntent: (missing: readonly string[]) => void,
): readonly string[] {
  for (let attempt = 1; ; attempt += 1) {
    const missing = leaves.flatMap(missingDirectories);
    onIntent(missing);
    const made: string[] = [];
    try {
      for (const directory of missing) {
        const isLeaf = leaves.some((leaf) => leaf.directory === directory);
        if (makeDirectory(directory, isLeaf)) made.push(directory);
      }
      return made;
    } catch (error) {
      removeMade(made);
      // A parent that was there is gone: its last user has deleted it. Look again, but not for ever.
      if (!isErrno(error, errno.ENOENT) || attempt === 10) throw error;
    }
  }
}

/** The directories that do not exist from the mount point down to the leaf, parents first. */
function missingDirectories({ mountPoint, directory }: Leaf): readonly string[] {
  const missing: string[] = [];
  for (let path = directory; path.length > mountPoint.length && !exists(path); ) {
    missing.unshift(path);
    path = path.slice(0, path.lastIndexOf("/"));
  }
  return missing;
}

/** Returns false when someone else has just made it: fine for a parent, but not for the container's own. */
function makeDirectory(directory: string, isLeaf: boolean): boolean {
  try {
    mkdir(directory, 0o755);
    return true;
  } catch (error) {
    if (!isErrno(error, errno.EEXIST)) throw error;
    if (!isLeaf) return false;
    const message = `cannot create cgroup ${directory}: somebody else is creating it`;
    throw new RuntimeError("host", message, { at: "/linux/cgroupsPath", errno: errno.EEXIST, cause: error });
  }
}

/** Removes directories, children first; one that is in use, or gone, is left alone. */
export function removeMade(made: readonly string[]): void {
  for (const directory of made.toReversed()) {
    try {
      rmdir(directory);
    } catch (error) {
      if (!isErrno(error, errno.ENOENT, errno.EBUSY, errno.ENOTEMPTY, errno.EACCES, errno.EPERM)) throw error;
    }
  }
}
