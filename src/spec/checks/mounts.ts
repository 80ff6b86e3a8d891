import { problem, type Report, warning } from "../finding.ts";
import type { Mount, Spec } from "../types.ts";
import { hasNamespace, type SpecContext } from "./context.ts";
import { mappingFindings } from "./id_mappings.ts";

const isBind = ({ options = [] }: Mount) => options.includes("bind") || options.includes("rbind");
const isIdMapped = ({ options = [] }: Mount) => options.includes("idmap") || options.includes("ridmap");

/**
 * Since 1.2 the specification lets a destination be relative, meant from "/", and calls that deprecated. So
 * it is a warning. ".." cannot leave the root, where the path is resolved, and is no concern of this rule.
 */
export function checkMountDestinations(report: Report, spec: Spec): void {
  for (const [index, mount] of (spec.mounts ?? []).entries()) {
    if (mount.destination === "") {
      report(problem(`/mounts/${index}/destination`, "the destination of a mount must not be empty"));
    } else if (!mount.destination.startsWith("/")) {
      const shown = JSON.stringify(mount.destination);
      report(
        warning(
          `/mounts/${index}/destination`,
          `the mount destination ${shown} is relative, which is deprecated: taken from /`,
        ),
      );
    }
  }
}

export function checkBindMounts(report: Report, spec: Spec): void {
  for (const [index, mount] of (spec.mounts ?? []).entries()) {
    if (isBind(mount) && !mount.source && !mount.options?.includes("remount"))
      report(problem(`/mounts/${index}/source`, "a bind mount needs a source"));
    if (mount.type === "bind" && !isBind(mount) && !mount.options?.includes("remount")) {
      const hint = 'add "bind" or "rbind" to the options';
      report(warning(`/mounts/${index}/type`, 'the type "bind" alone does not make a bind mount', hint));
    }
  }
}

/** Rules of the specification for idmap, and runc's own: only bind mounts, and not without real root. */
export function checkIdMappedMounts(report: Report, spec: Spec, context: SpecContext): void {
  for (const [index, mount] of (spec.mounts ?? []).entries()) {
    const uids = mount.uidMappings ?? [];
    const gids = mount.gidMappings ?? [];
    const mapped = uids.length > 0 || gids.length > 0;
    if (!mapped && !isIdMapped(mount)) continue;
    const at = `/mounts/${index}`;
    mappingFindings(report, uids, `${at}/uidMappings`);
    mappingFindings(report, gids, `${at}/gidMappings`);
    if (uids.length > 0 !== gids.length > 0) {
      report(problem(at, "uidMappings and gidMappings of a mount must be given together"));
    }
    if (mapped && !isIdMapped(mount)) {
      report(warning(`${at}/options`, 'a mount with id mappings should have the option "idmap" or "ridmap"'));
    }
    if (!mapped && !hasNamespace(spec, "user")) {
      report(
        problem(
          `${at}/options`,
          "idmap needs id mappings of the mount, or a user namespace to take them from",
        ),
      );
    }
    if (!isBind(mount)) report(problem(at, "only bind mounts can have id mappings"));
    if (context.rootless) report(problem(at, "cannot map the ids of a mount without real root"));
  }
}
