import { configError } from "../errors.ts";

const at = "/linux/cgroupsPath";

/**
 * The path of the container's cgroup inside one hierarchy. An absolute cgroupsPath counts from the root of
 * the hierarchy; a relative one, or the container id when there is none, from `base`. Dots are resolved by
 * text alone, so that no path leads out of the hierarchy.
 *
 * @param own where the runtime itself is, undefined when that is outside of what is mounted
 */
export function planCgroupPath(
  cgroupsPath: string | undefined,
  id: string,
  base: string,
  own: string | undefined,
): string {
  const wanted = cgroupsPath === undefined || cgroupsPath === "" ? id : cgroupsPath;
  const path = wanted.startsWith("/") ? cleanPath(wanted) : cleanPath(`${base}${cleanPath(wanted)}`);
  // Killing the container kills everything in its cgroup: the root or a cgroup with the runtime in it cannot
  // be one. (crun 1.8.1 killed the processes of the root cgroup for cgroupsPath "/".)
  if (path === "/") throw configError(at, `cgroupsPath ${wanted} is the root of the cgroup hierarchy`);
  if (own !== undefined && isAtOrAbove(path, own)) {
    throw configError(at, `cgroupsPath ${wanted} is the cgroup of the runtime itself, or contains it`);
  }
  return path;
}

/** The path of a cgroup below the container's own, "" or with a leading slash; dots do not lead out. */
export function pathBelow(below: string | undefined): string {
  const path = cleanPath(below ?? "");
  return path === "/" ? "" : path;
}

/** "/a/b" and "/a" → true; a path is at itself. */
export function isAtOrAbove(path: string, other: string): boolean {
  return path === other || path === "/" || other.startsWith(`${path}/`);
}

export function parentPath(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}

/** An absolute path without empty, "." and ".." components; ".." at the top stays at the top. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
