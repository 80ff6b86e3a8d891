import type { CgroupMountFacts } from "../plan/host_facts.ts";
import type { CgroupPlan } from "./cgroup_plan.ts";
import { type CgroupFacts, cgroupRoot } from "./hierarchy.ts";

/** What a mount of type "cgroup" in config.json shows to a container with these cgroups. */
export function planCgroupMounts(facts: CgroupFacts, plan: CgroupPlan): CgroupMountFacts {
  if (facts.version === 2) return { kind: "v2", own: plan.paths[""] ?? cgroupRoot, root: cgroupRoot };
  const hierarchies = facts.hierarchies.map(({ controllers, directory, own }) => {
    const name = directory.startsWith(`${cgroupRoot}/`)
      ? directory.slice(cgroupRoot.length + 1)
      : controllers.join(",").replace(/^name=/, "");
    return {
      directory: name,
      options: controllers.join(","),
      sources: sourcesOf(plan.paths[controllers[0]!], `${directory}${own ?? ""}`, plan.optional),
      links: controllers.length > 1 ? controllers.filter((controller) => controller !== name) : [],
    };
  });
  return { kind: "v1", hierarchies };
}

/** Without a cgroup of its own, by choice or for lack of permission, the container stays where the runtime is. */
function sourcesOf(path: string | undefined, callers: string, optional: boolean): readonly string[] {
  if (path === undefined) return [callers];
  return optional ? [path, callers] : [path];
}
