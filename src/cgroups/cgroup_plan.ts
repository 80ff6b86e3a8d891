import type { Linux, LinuxResources } from "../spec/types.ts";
import { parentPath, planCgroupPath } from "./cgroup_path.ts";
import type { CgroupFacts, Hierarchy } from "./hierarchy.ts";
import type { Setting } from "./settings.ts";
import { planRealtime } from "./v1/cpu.ts";

/** Where a container's cgroups will be. */
export interface CgroupPlan {
  readonly driver: "v1" | "v2" | "disabled";
  /** The mount point of the hierarchy, by the keys of CgroupRecord.paths. */
  readonly mountPoints: Readonly<Record<string, string>>;
  readonly paths: Readonly<Record<string, string>>;
  /** Settings that must be there before the first process is. */
  readonly beforeJoin: readonly Setting[];
  /** Controllers with a limit that works on whole processes only, not in a threaded cgroup. */
  readonly needsDomain: boolean;
  readonly rootless: boolean;
  /** Neither a path nor a limit is asked for: an unprivileged caller may go without a cgroup. */
  readonly optional: boolean;
}

/**
 * Decides the cgroups of the container `id`. Pure.
 *
 * A relative path counts from the parent of the runtime's own cgroup on v2, where a cgroup with processes
 * cannot have children with controllers, and from the runtime's own cgroup on v1.
 *
 * @throws RuntimeError at /linux/cgroupsPath
 */
export function planCgroup(
  linux: Pick<Linux, "cgroupsPath" | "resources"> | undefined,
  id: string,
  facts: CgroupFacts,
): CgroupPlan {
  const resources = linux?.resources ?? {};
  const mountPoints: Record<string, string> = {};
  const paths: Record<string, string> = {};
  const add = (key: string, { directory, own }: Hierarchy): void => {
    const base = facts.version === 2 ? parentPath(own ?? "/") : (own ?? "/");
    mountPoints[key] = directory;
    paths[key] = directory + planCgroupPath(linux?.cgroupsPath, id, base, own);
  };
  for (const hierarchy of facts.hierarchies) {
    for (const controller of hierarchy.controllers) add(controller, hierarchy);
  }
  if (facts.unified !== undefined) add("", facts.unified);
  return {
    driver: facts.version === 2 ? "v2" : "v1",
    mountPoints,
    paths,
    beforeJoin: facts.version === 2 ? [] : planRealtime(resources.cpu),
    needsDomain: needsDomain(resources),
    rootless: facts.rootless,
    optional: facts.rootless && (linux?.cgroupsPath ?? "") === "" && !hasLimit(resources),
  };
}

/** The plan of `--cgroup-manager=disabled`: the container stays in the cgroup of its caller. */
export const disabledCgroupPlan: CgroupPlan = {
  driver: "disabled",
  mountPoints: {},
  paths: {},
  beforeJoin: [],
  needsDomain: false,
  rootless: false,
  optional: true,
};

/** cgroups(7), "thread mode": these controllers are not threaded. */
function needsDomain(resources: LinuxResources): boolean {
  return [resources.memory, resources.blockIO, resources.cpu, resources.hugepageLimits].some(isSet);
}

/** Device rules do not count: an unprivileged caller cannot set any, and engines always send some. */
function hasLimit(resources: LinuxResources): boolean {
  const { devices: _, ...limits } = resources;
  return Object.values(limits).some(isSet);
}

function isSet(value: object | undefined): boolean {
  return value !== undefined && Object.values(value).some((member) => member !== undefined);
}
