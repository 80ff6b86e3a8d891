import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { spawn } from "../sys/clone_helper.ts";
import { close, exists, readToEnd } from "../sys/files.ts";
import { decodeUtf8, libc } from "../sys/libc.ts";
import { pipe } from "../sys/pipes.ts";
import { waitForExit } from "../sys/processes.ts";
import { denySetgroups, writeIdMap } from "../sys/procfs.ts";
import { reasonOf, SysError } from "../sys/sys_error.ts";

type Kind = "uid" | "gid";

/**
 * Gives the new user namespace of a process its ids. Root writes any mapping. Anybody else may map just
 * themselves, and gives up setgroups(2) for it (CVE-2014-8989); for more there are newuidmap(1) and newgidmap(1),
 * which know what /etc/subuid and /etc/subgid grant.
 *
 * @param maps lines of /proc/PID/uid_map and gid_map
 * @throws RuntimeError that names what is missing
 */
export function setIdMaps(
  pid: number,
  maps: { readonly uid: string; readonly gid: string },
  searchPath: string,
): void {
  const own = { uid: Number(libc.geteuid()), gid: Number(libc.getegid()) };
  // The groups first: setgroups can be denied only before there is a gid map.
  for (const kind of ["gid", "uid"] as const) {
    if (own.uid === 0) writeDirectly(pid, kind, maps[kind]);
    else if (mapsOnly(own[kind], maps[kind])) {
      if (kind === "gid") denySetgroups(pid);
      writeDirectly(pid, kind, maps[kind]);
    } else mapWithTool(pid, kind, maps[kind], searchPath);
  }
}

/** Is the id of the caller all that is mapped? */
function mapsOnly(id: number, map: string): boolean {
  return new RegExp(`^\\d+ ${id} 1\\n$`).test(map);
}

function writeDirectly(pid: number, kind: Kind, map: string): void {
  try {
    writeIdMap(pid, kind, map);
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    throw new RuntimeError("syscall", `cannot map the ${kind}s of the container: ${reasonOf(error)}`, {
      at: `/linux/${kind}Mappings`,
      errno: error.errno,
      hint: error.errno === errno.EPERM ? "some of the ids are not mapped where tsrunc runs" : undefined,
    });
  }
}

function mapWithTool(pid: number, kind: Kind, map: string, searchPath: string): void {
  const name = `new${kind}map`;
  const details = { at: `/linux/${kind}Mappings` };
  const program = findTool(name, searchPath);
  if (program === undefined) {
    throw new RuntimeError("host", `cannot map the ${kind}s of the container: ${name} is not installed`, {
      ...details,
      hint: `without root, more than the own ${kind} takes ${name} (Debian: apt-get install uidmap)`,
    });
  }
  const { status, output } = runTool(program, [name, `${pid}`, ...map.trim().split(/\s+/)]);
  if (status === 0) return;
  throw new RuntimeError("host", `cannot map the ${kind}s of the container: ${output || `${name} failed`}`, {
    ...details,
    hint: missingRanges(kind, map),
  });
}

/** What /etc/subuid would have to grant, in its own format. */
function missingRanges(kind: Kind, map: string): string {
  const own = Number(kind === "uid" ? libc.geteuid() : libc.getegid());
  const ranges = map
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number))
    .filter(([, hostId, size]) => !(hostId === own && size === 1))
    .map(([, hostId, size]) => `${Number(libc.geteuid())}:${hostId}:${size}`);
  return `/etc/sub${kind} must grant these ids; lines that would: ${ranges.join(", ")}`;
}

/**
 * Only absolute entries of PATH count; the usual directories are there even when PATH is not. A directory that
 * is closed to the caller, such as one that root left in PATH, holds nothing for it.
 */
function findTool(name: string, searchPath: string): string | undefined {
  const directories = [...searchPath.split(":").filter((entry) => entry.startsWith("/")), "/usr/bin", "/bin"];
  return directories.map((directory) => `${directory}/${name}`).find(isThere);
}

function isThere(path: string): boolean {
  try {
    return exists(path);
  } catch {
    return false;
  }
}

function runTool(program: string, args: readonly string[]): { status: number; output: string } {
  const [ours, theirs] = pipe();
  try {
    const child = spawn({ program, args, env: [], fds: [[theirs, 2]] });
    close(theirs);
    const output = decodeUtf8(readToEnd(ours, 4096)).trim().replaceAll("\n", "; ");
    const status = waitForExit(child.pidfd);
    close(child.pidfd);
    return { status: "code" in status ? status.code : 1, output };
  } finally {
    close(ours);
  }
}
