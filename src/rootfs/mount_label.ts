import { type Op, op } from "../plan/plan.ts";

/** File systems whose inodes SELinux labels by rules of its own: they refuse a context. */
const ownLabels = new Set(["proc", "sysfs", "cgroup", "cgroup2"]);

/**
 * `linux.mountLabel`: every new file system gets the SELinux context, unless its options name one. The
 * mqueue file system exists before it is mounted and takes no options: its root is labelled afterwards.
 * Binds keep the labels of their files.
 */
export function labelMounts(mounts: readonly Op[], label: string): readonly Op[] {
  if (label === "") return mounts;
  return mounts.flatMap((mount) => {
    if (mount.op !== "mount" || ownLabels.has(mount.fsType)) return [mount];
    if (mount.fsType === "mqueue") {
      return [mount, op("labelDirectory", mount.at, { path: mount.destination, label })];
    }
    if (mount.parameters.some((parameter) => /^(fs|def|root)?context=/.test(parameter))) return [mount];
    return [{ ...mount, parameters: [...mount.parameters, `context=${label}`] }];
  });
}
