import type { CgroupMountFacts } from "../plan/host_facts.ts";
import { pathModes } from "../plan/ops.ts";
import { type Op, op } from "../plan/plan.ts";
import type { Mount } from "../spec/types.ts";
import {
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NODIRATIME,
  MOUNT_ATTR_NOEXEC,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_NOSYMFOLLOW,
  MOUNT_ATTR_RDONLY,
  MS_RDONLY,
  type ParsedOptions,
  parseMountOptions,
} from "./mount_options.ts";
import { planCgroupMount } from "./plan_cgroup_mount.ts";

export interface MountPlan {
  /** In the order of config.json (spec: MUST be mounted in the listed order). */
  readonly mounts: readonly Op[];
  /** Read-only attributes that must wait until devices and later mount points are made. */
  readonly deferred: readonly Op[];
  readonly devIsBind: boolean;
}

export interface MountContext {
  readonly bundle: string;
  readonly cgroup: CgroupMountFacts;
  readonly cgroupNamespace: boolean;
  readonly userNamespace: boolean;
}

/** `mounts` → ops. Mounts in user namespaces and idmapped ones go the same way. */
export function planMounts(mounts: readonly Mount[], context: MountContext): MountPlan {
  const planned: Op[] = [];
  const deferred: Op[] = [];
  let devIsBind = false;
  mounts.forEach((mount, index) => {
    const at = `/mounts/${index}`;
    const options = parseMountOptions(mount.options ?? []);
    const destination = absoluteDestination(mount.destination);
    if (options.remount) planned.push(planRemount(destination, options, at));
    else if (options.bind !== "none") {
      planned.push(planBind(mount, destination, options, at, context.bundle));
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
  return { mounts: planned, deferred, devIsBind };
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
    copyUp: options.copyUp ? 1 : 0,
    copyMode: fsType === "tmpfs" ? 1 : 0,
  });
}

const everyFlag =
  MOUNT_ATTR_RDONLY |
  MOUNT_ATTR_NOSUID |
  MOUNT_ATTR_NODEV |
  MOUNT_ATTR_NOEXEC |
  MOUNT_ATTR_NODIRATIME |
  MOUNT_ATTR_NOSYMFOLLOW;

/**
 * A bind takes the attributes of its source, unless any is named: then exactly the named ones hold, as with
 * mount(2) MS_REMOUNT | MS_BIND. Only the atime mode stays when none is named.
 */
function planBind(mount: Mount, destination: string, options: ParsedOptions, at: string, bundle: string): Op {
  const anyNamed = options.attrSet !== 0n || options.attrClear !== 0n;
  const source = mount.source ?? "";
  return op("bind", at, {
    source: source.startsWith("/") ? source : `${bundle}/${source}`,
    destination,
    recursive: options.bind === "rbind" ? 1 : 0,
    attrSet: options.attrSet,
    attrClear: anyNamed ? options.attrClear | (everyFlag & ~options.attrSet) : 0n,
    recSet: options.recSet,
    recClear: options.recClear,
    propagation: options.propagation,
    pathMode: pathModes.inRoot,
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
