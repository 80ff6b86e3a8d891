/** Which cgroup hierarchies the host has: from the text of /proc files to CgroupFacts. Pure. */

export const cgroupRoot = "/sys/fs/cgroup";
export const hybridUnifiedDirectory = `${cgroupRoot}/unified`;

/** One mounted hierarchy. */
export interface Hierarchy {
  /** `["cpu", "cpuacct"]`, `["name=systemd"]`; empty for the unified one. */
  readonly controllers: readonly string[];
  /** Where it is mounted. */
  readonly directory: string;
  /** The runtime's own cgroup, seen from the mount; undefined when it is outside of it. */
  readonly own: string | undefined;
}

export interface CgroupFacts {
  readonly version: 1 | 2;
  /** The v1 hierarchies; none on version 2. */
  readonly hierarchies: readonly Hierarchy[];
  /** Version 2: there always. Version 1: the cgroup2 mount of a hybrid host, if it carries controllers. */
  readonly unified: Hierarchy | undefined;
  readonly rootless: boolean;
}

/** A line of /proc/PID/cgroup; `controllers` is empty for the unified hierarchy. */
export interface Membership {
  readonly controllers: readonly string[];
  readonly path: string;
}

/** /proc/self/cgroup: `hierarchy:controllers:path` lines. A path may contain colons. */
export function parseMemberships(text: string): readonly Membership[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [, controllers = "", ...path] = line.split(":");
      return { controllers: controllers === "" ? [] : controllers.split(","), path: path.join(":") };
    });
}

/** Where distributions mount a v1 hierarchy. */
export function usualDirectory(controllers: readonly string[]): string {
  return `${cgroupRoot}/${controllers.join(",").replace(/^name=/, "")}`;
}

export interface CgroupMount {
  readonly type: "cgroup" | "cgroup2";
  /** The cgroup that is at the mount point. */
  readonly root: string;
  readonly mountPoint: string;
  readonly superOptions: readonly string[];
}

/** The cgroup mounts among the lines of /proc/self/mountinfo; proc(5). */
export function parseCgroupMounts(mountinfo: string): readonly CgroupMount[] {
  return mountinfo.split("\n").flatMap((line) => {
    const [fields = "", tail = ""] = line.split(" - ");
    const [type = "", , superOptions = ""] = tail.split(" ");
    const [, , , root = "", mountPoint = ""] = fields.split(" ");
    if (type !== "cgroup" && type !== "cgroup2") return [];
    return {
      type,
      root: unescapeOctal(root),
      mountPoint: unescapeOctal(mountPoint),
      superOptions: superOptions.split(","),
    };
  });
}

/** The v1 hierarchies of `memberships` that `mounts` reach. */
export function matchHierarchies(
  memberships: readonly Membership[],
  mounts: readonly CgroupMount[],
): readonly Hierarchy[] {
  return memberships.flatMap(({ controllers, path }) => {
    if (controllers.length === 0) return [];
    const mount = mounts.find(
      ({ type, superOptions }) =>
        type === "cgroup" && controllers.every((name) => superOptions.includes(name)),
    );
    return mount === undefined
      ? []
      : { controllers, directory: mount.mountPoint, own: seenFrom(mount.root, path) };
  });
}

/** `path` as it is seen below a mount of `root`; undefined when it is not below it. */
export function seenFrom(root: string, path: string): string | undefined {
  // "/.." leads out of the cgroup namespace.
  if (path === "/.." || path.startsWith("/../")) return undefined;
  if (root === "/") return path;
  if (path === root) return "/";
  return path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
