/** What a runtime may leave behind, to be compared before and after, and removed when a test has failed. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmdirSync } from "node:fs";
import { basename } from "node:path";

export interface Residue {
  readonly mounts: readonly string[];
  readonly cgroups: readonly string[];
  readonly processes: readonly string[];
  readonly state: readonly string[];
}

/** Everything on the machine that names `marker` (an id or a directory), and the entries of the state root. */
export function findResidue(marker: string, root: string): Residue {
  return {
    mounts: findMounts(marker),
    cgroups: findDirectories("/sys/fs/cgroup", marker),
    processes: findProcesses(marker).map((pid) => `${pid} ${textOf(`/proc/${pid}/comm`).trim()}`),
    state: entries(root),
  };
}

/** What `findResidue` finds where nothing was left. */
export const noResidue: Residue = { mounts: [], cgroups: [], processes: [], state: [] };

/**
 * Ends what still runs on a root file system below `directory` or in a cgroup of one of the ids, and removes
 * such cgroups and mounts. A runtime that works leaves nothing of this.
 */
export function removeResidue(directory: string, ids: readonly string[]): void {
  const isOurs = (pid: string) => runsBelow(pid, directory) || pathsName(cgroupNames(pid), ids);
  for (const pid of processIds().filter(isOurs)) {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
  const lost = findDirectories("/sys/fs/cgroup", "tsrunctest-").filter((path) => pathsName(path, ids));
  // The deepest first: a cgroup with a child cannot be removed.
  for (const path of lost.reverse()) removeCgroup(path);
  for (const line of findMounts(directory).reverse()) spawnSync("umount", ["--lazy", line.split(" ")[4]!]);
}

/** Ends daemons that serve `directory`, a name that occurs in no other command line, and their helpers. */
export function endProcessesNaming(directory: string): void {
  for (const pid of processIds().filter((each) => textOf(`/proc/${each}/cmdline`).includes(directory))) {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

function removeCgroup(path: string): void {
  // A killed process leaves its cgroup a moment after the kill.
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      rmdirSync(path);
      return;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EBUSY")) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function pathsName(paths: string, ids: readonly string[]): boolean {
  return paths.split(/[/\n]/).some((part) => ids.includes(part));
}

function findMounts(marker: string): string[] {
  return textOf("/proc/self/mountinfo")
    .split("\n")
    .filter((line) => line.includes(marker));
}

function findDirectories(directory: string, marker: string): string[] {
  return subdirectories(directory).flatMap((name) => {
    const path = `${directory}/${name}`;
    return [...(path.includes(marker) ? [path] : []), ...findDirectories(path, marker)];
  });
}

function subdirectories(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Processes whose cgroup, root or mounts name the marker; zombies wait for pid 1 and do not count. */
function findProcesses(marker: string): string[] {
  return processIds().filter((pid) => {
    if (/\) [ZX] /.test(textOf(`/proc/${pid}/stat`))) return false;
    return cgroupNames(pid).includes(marker) || textOf(`/proc/${pid}/mountinfo`).includes(marker);
  });
}

/** Does the process have a root file system of its own, from below `directory`? */
function runsBelow(pid: string, directory: string): boolean {
  return textOf(`/proc/${pid}/mountinfo`)
    .split("\n")
    .map((line) => line.split(" "))
    .some(([, , , source, target]) => target === "/" && source!.includes(`/${basename(directory)}/`));
}

function cgroupNames(pid: string): string {
  return textOf(`/proc/${pid}/cgroup`);
}

function processIds(): string[] {
  return entries("/proc").filter((name) => /^\d+$/.test(name) && name !== `${process.pid}`);
}

function entries(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
