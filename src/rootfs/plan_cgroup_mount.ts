import type { CgroupHierarchyMount, CgroupMountFacts } from "../plan/host_facts.ts";
import { pathModes } from "../plan/ops.ts";
import { type Op, op } from "../plan/plan.ts";
import { MOUNT_ATTR_RDONLY, type ParsedOptions } from "./mount_options.ts";

/**
 * What a mount of type "cgroup" becomes: on v2 one cgroup2 file system; on v1 a tmpfs with a directory for
 * each hierarchy, that holds the hierarchy afresh when the container has a cgroup namespace (which makes its
 * own cgroup the root), else a bind of the container's own cgroup.
 *
 * A container without a cgroup of its own, which only a caller without privileges has, sees the caller's on v1,
 * and nothing on v2, where that would be everything.
 */
export function planCgroupMount(
  destination: string,
  options: ParsedOptions,
  at: string,
  context: {
    readonly cgroup: CgroupMountFacts;
    readonly cgroupNamespace: boolean;
    readonly rootlessCgroups: boolean;
  },
): readonly Op[] {
  const attributes = {
    attrSet: options.attrSet,
    attrClear: options.attrClear,
    recSet: options.recSet,
    recClear: options.recClear,
    propagation: options.propagation,
  };
  const mask = context.rootlessCgroups ? 1 : 0;
  if (context.cgroup.kind === "v2") {
    const { own, root } = context.cgroup;
    const binds = [context.cgroupNamespace ? own : root];
    return [
      op("mountCgroup", at, { destination, fsType: "cgroup2", parameters: [], binds, mask, ...attributes }),
    ];
  }
  const writable = { ...attributes, attrSet: options.attrSet & ~MOUNT_ATTR_RDONLY };
  return [
    tmpfs(destination, at, writable),
    ...context.cgroup.hierarchies.flatMap((hierarchy) =>
      planHierarchy(hierarchy, destination, at, { ...attributes, mask }, context.cgroupNamespace),
    ),
    ...((options.attrSet & MOUNT_ATTR_RDONLY) === 0n ? [] : [readonlyTop(destination, at)]),
  ];
}

type Attributes = Pick<
  Extract<Op, { op: "mount" }>,
  "attrSet" | "attrClear" | "recSet" | "recClear" | "propagation"
>;

function planHierarchy(
  hierarchy: CgroupHierarchyMount,
  destination: string,
  at: string,
  attributes: Attributes & { readonly mask: number },
  cgroupNamespace: boolean,
): readonly Op[] {
  const directory = `${destination}/${hierarchy.directory}`;
  return [
    op("makeDirectory", at, { path: directory, mode: 0o755 }),
    op("mountCgroup", at, {
      destination: directory,
      fsType: cgroupNamespace ? "cgroup" : "",
      parameters: cgroupNamespace ? hierarchy.options.split(",") : [],
      binds: hierarchy.sources,
      ...attributes,
    }),
    ...hierarchy.links.map((name) =>
      op("symlink", at, { target: hierarchy.directory, path: `${destination}/${name}`, keepExisting: 1 }),
    ),
  ];
}

function tmpfs(destination: string, at: string, attributes: Attributes): Op {
  return op("mount", at, {
    destination,
    fsType: "tmpfs",
    source: "tmpfs",
    parameters: ["mode=755"],
    superFlags: 0,
    pathMode: pathModes.inRoot,
    coversProc: 0,
    copyUp: 0,
    copyMode: 0,
    ...attributes,
  });
}

function readonlyTop(destination: string, at: string): Op {
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
