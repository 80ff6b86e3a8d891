import type { CgroupMountFacts } from "../plan/host_facts.ts";
import { pathModes } from "../plan/ops.ts";
import { type Op, op } from "../plan/plan.ts";
import type { Mount } from "../spec/types.ts";
import { MOUNT_ATTR_RDONLY, MS_RDONLY, type ParsedOptions, parseMountOptions } from "./mount_options.ts";
import { planBind } from "./plan_bind.ts";
import { planCgroupMount } from "./plan_cgroup_mount.ts";
import { isCoverableProcFile } from "./proc_files.ts";

export interface MountPlan {
  /** In the order of config.json (spec: MUST be mounted in the listed order). */
  readonly mounts: readonly Op[];
  /** Read-only attributes that must wait until devices and later mount points are made. */
  readonly deferred: readonly Op[];
  /** What the helper opens for the binds that are `given`, in their order. */
  readonly sources: readonly Op[];
  readonly devIsBind: boolean;
}

export interface MountContext {
  readonly bundle: string;
  readonly cgroup: CgroupMountFacts;
  readonly cgroupNamespace: boolean;
  readonly userNamespace: boolean;
  /** The caller has rights that the root of a user namespace has not. */
  readonly privileged: boolean;
  readonly rootlessCgroups: boolean;
}

/** `mounts` → ops. */
export function planMounts(mounts: readonly Mount[], context: MountContext): MountPlan {
  const planned: Op[] = [];
  const deferred: Op[] = [];
  const sources: Op[] = [];
  let devIsBind = false;
  mounts.forEach((mount, index) => {
    const at = `/mounts/${index}`;
    const options = parseMountOptions(mount.options ?? []);
    const destination = absoluteDestination(mount.destination);
    if (options.remount) planned.push(planRemount(destination, options, at));
    else if (options.bind !== "none") {
      const bind = planBind(mount, destination, options, at, context);
      planned.push(bind.mount);
      if (bind.source !== undefined) sources.push(bind.source);
      if (isDev(destination)) devIsBind = true;
    } else if (mount.type === "cgroup") {
      planned.push(...planCgroupMount(destination, options, at, context));
    } else {
      const deferReadonly =
        (mount.type === "tmpfs" || isDev(destination)) && (options.attrSet & MOUNT_ATTR_RDONLY) !== 0n;
      planned.push(planNewMount(mount, destination, options, at, deferReadonly));
      if (deferReadonly) deferred.push(readonlyLater(destination, at));
    }
  });
  return { mounts: planned, deferred, sources, devIsBind };
}

/** Relative destinations are deprecated and taken from "/" (spec 1.2). */
export function absoluteDestination(destination: string): string {
  return destination.startsWith("/") ? destination : `/${destination}`;
}

function isDev(destination: string): boolean {
  return destination.replace(/\/+$/, "") === "/dev";
}

/**
 * File systems of which the kernel keeps one instance for several mounts: their super block stays writable
 * and only the mount is read-only.
 */
const sharedInstance = new Set([
  "proc",
  "sysfs",
  "cgroup",
  "cgroup2",
  "devpts",
  "mqueue",
  "tmpfs",
  "securityfs",
]);

/** procfs and sysfs go exactly where the config says: no component may be a symlink. CVE-2019-19921. */
const exactPlace = new Set(["proc", "sysfs"]);

function planNewMount(
  mount: Mount,
  destination: string,
  options: ParsedOptions,
  at: string,
  deferReadonly: boolean,
): Op {
  const fsType = mount.type ?? "";
  const readonly = (options.attrSet & MOUNT_ATTR_RDONLY) !== 0n;
  return op("mount", at, {
    destination,
    fsType,
    source: mount.source ?? fsType,
    parameters: options.parameters,
    superFlags: options.superFlags | (readonly && !sharedInstance.has(fsType) ? MS_RDONLY : 0),
    attrSet: deferReadonly ? options.attrSet & ~MOUNT_ATTR_RDONLY : options.attrSet,
    attrClear: options.attrClear,
    recSet: options.recSet,
    recClear: options.recClear,
    propagation: options.propagation,
    pathMode: exactPlace.has(fsType) ? pathModes.noSymlinks : pathModes.inRoot,
    coversProc: isCoverableProcFile(destination) ? 1 : 0,
    copyUp: options.copyUp ? 1 : 0,
    copyMode: fsType === "tmpfs" ? 1 : 0,
  });
}

function planRemount(destination: string, options: ParsedOptions, at: string): Op {
  return op("remount", at, {
    destination,
    superFlags: options.superFlags,
    attrSet: options.attrSet,
    attrClear: options.attrClear,
    recSet: options.recSet,
    recClear: options.recClear,
    propagation: options.propagation,
  });
}

function readonlyLater(destination: string, at: string): Op {
  return op("remount", at, {
    destination,
    superFlags: 0,
    attrSet: MOUNT_ATTR_RDONLY,
    attrClear: 0n,
    recSet: 0n,
    recClear: 0n,
    propagation: [],
  });
}
