import { compile } from "../compile.ts";
import { formatPlan, planToJson } from "../print_plan.ts";
import type { Finding } from "../spec/finding.ts";
import { findProblems } from "../spec/validate.ts";
import { isRootless, readHost } from "./host_facts.ts";
import { loadBundle, readConfig } from "./load_bundle.ts";

export interface InspectRequest {
  /** Absolute path. */
  readonly bundle: string;
  readonly rootless: boolean | "auto";
  readonly systemdCgroup: boolean;
}

/** Every finding about the config of a bundle; the host is not touched. @throws RuntimeError when it cannot be read */
export function validateBundle(request: InspectRequest): readonly Finding[] {
  return findProblems(readConfig(request.bundle), {
    rootless: request.rootless === "auto" ? isRootless() : request.rootless,
    useSystemd: request.systemdCgroup,
    command: "validate",
  });
}

/** What `create` would do with a bundle on this host, without doing it. @throws RuntimeError */
export function planBundle(request: InspectRequest): { text: string; json: unknown } {
  const id = "CONTAINER";
  const bundle = loadBundle(request.bundle, {
    rootless: isRootless(),
    useSystemd: request.systemdCgroup,
    command: "validate",
  });
  const host = readHost(bundle.spec, { ...request, id });
  const plan = compile(
    bundle.spec,
    {
      id,
      bundle: bundle.path,
      rootfs: bundle.rootfs,
      noPivot: false,
      noNewKeyring: false,
      preserveFds: 0,
      listenFds: 0,
    },
    host.facts,
  );
  return { text: formatPlan(plan, host.cgroup.paths), json: planToJson(plan, host.cgroup.paths) };
}
