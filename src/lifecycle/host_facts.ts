import { planCgroupMounts } from "../cgroups/cgroup_mounts.ts";
import { type CgroupPlan, planCgroup } from "../cgroups/cgroup_plan.ts";
import { ignoredResources } from "../cgroups/ignored_resources.ts";
import { readCgroupFacts } from "../cgroups/read_cgroup_facts.ts";
import { RuntimeError } from "../errors.ts";
import type { HostFacts } from "../plan/host_facts.ts";
import { type Finding, warning } from "../spec/finding.ts";
import type { Spec } from "../spec/types.ts";
import { libc } from "../sys/libc.ts";
import { inUserNamespace } from "../sys/procfs.ts";
import { readSecurityModules } from "./security_modules.ts";

export interface Host {
  readonly facts: HostFacts;
  readonly cgroup: CgroupPlan;
  /** Limits that this host cannot set, and that are left out. */
  readonly warnings: readonly Finding[];
}

/** Looks at the host, once, for everything the planners ask about it. @throws RuntimeError */
export function readHost(
  spec: Spec,
  request: { readonly id: string; readonly rootless: boolean | "auto"; readonly systemdCgroup: boolean },
): Host {
  if (request.systemdCgroup) {
    throw new RuntimeError("host", "the systemd cgroup driver is not supported yet", {
      at: "--systemd-cgroup",
    });
  }
  const rootlessCgroups = hasRootlessCgroups(request.rootless);
  const cgroupFacts = readCgroupFacts(rootlessCgroups);
  const cgroup = planCgroup(spec.linux, request.id, cgroupFacts);
  return {
    cgroup,
    warnings: ignoredResources(spec.linux?.resources ?? {}, cgroupFacts.version).map(({ at, message }) =>
      warning(at, message),
    ),
    facts: {
      euid: Number(libc.geteuid()),
      egid: Number(libc.getegid()),
      cgroup: planCgroupMounts(cgroupFacts, cgroup),
      rootlessCgroups,
      securityModules: readSecurityModules(spec),
    },
  };
}

/** Whether the caller is anybody but root: then everything hangs on a user namespace. */
export function isRootless(): boolean {
  return Number(libc.geteuid()) !== 0;
}

/**
 * `--rootless`: whether it is fine that the caller has no permission for cgroups. `auto`: for whoever is not
 * root, and for the root of a user namespace.
 */
export function hasRootlessCgroups(flag: boolean | "auto"): boolean {
  return flag === "auto" ? isRootless() || inUserNamespace() : flag;
}
