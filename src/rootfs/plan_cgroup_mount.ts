import type { CgroupHierarchyMount, CgroupMountFacts } from "../plan/host_facts.ts";
import { pathModes } from "../plan/ops.ts";
import { type Op, op } from "../plan/plan.ts";
import { MOUNT_ATTR_RDONLY, type ParsedOptions } from "./mount_options.ts";

/**
 * What a mount of type "cgroup" becomes: on v2 one cgroup2 file system; on v1 a tmpfs with a directory for
 * each hierarchy, that holds the hierarchy afresh when the container has a cgroup namespace (which makes its
 * own cgroup the root), else a bind of the container's own cgroup.
 */
export function planCgroupMount(
  destination: string,
  options: ParsedOptions,
  at: string,
  context: { readonly cgroup: CgroupMountFacts; readonly cgroupNamespace: boolean },
): readonly Op[] {
  const attributes = {
    attrSet: options.attrSet,
    attrClear: options.attrClear,
    recSet: options.recSet,
    recClear: options.recClear,
    propagation: options.propagation,
    pathMode: pathModes.inRoot,
  };
  if (context.cgroup.kind === "v2") {
    return [newMount("cgroup2", "cgroup", destination, [], at, attributes)];
  }
  const writable = { ...attributes, attrSet: options.attrSet & ~MOUNT_ATTR_RDONLY };
  return [
    newMount("tmpfs", "tmpfs", destination, ["mode=755"], at, writable),
    ...context.cgroup.hierarchies.flatMap((hierarchy) =>
      planHierarchy(hierarchy, destination, at, attributes, context.cgroupNamespace),
    ),
    ...((options.attrSet & MOUNT_ATTR_RDONLY) === 0n ? [] : [readonlyTop(destination, at)]),
  ];
}

type Attributes = Pick<
  Extract<Op, { op: "mount" }>,
  "attrSet" | "attrClear" | "recSet" | "recClear" | "propagation" | "pathMode"
>;

function planHierarchy(
  hierarchy: CgroupHierarchyMount,
  destination: string,
  at: string,
  attributes: Attributes,
  cgroupNamespace: boolean,
): readonly Op[] {
  const directory = `${destination}/${hierarchy.directory}`;
  const mount = cgroupNamespace
    ? newMount("cgroup", "cgroup", directory, hierarchy.options.split(","), at, attributes)
    : op("bind", at, { source: hierarchy.source, destination: directory, recursive: 0, ...attributes });
  return [
    op("makeDirectory", at, { path: directory, mode: 0o755 }),
    mount,
    ...hierarchy.links.map((name) =>
      op("symlink", at, { target: hierarchy.directory, path: `${destination}/${name}`, keepExisting: 1 }),
    ),
  ];
}

function newMount(
  fsType: string,
  source: string,
  destination: string,
  parameters: readonly string[],
  at: string,
  attributes: Attributes,
): Op {
  return op("mount", at, {
    destination,
    fsType,
    source,
    parameters,
    superFlags: 0,
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
