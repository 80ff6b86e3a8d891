import { problem, type Report } from "../finding.ts";
import type { LinuxIdMapping, Spec } from "../types.ts";
import { findNamespace, hasNamespace, type SpecContext } from "./context.ts";

const HINT = "`tsrunc spec --rootless` writes a config that works without root";

/** Without root, everything hangs on a user namespace in which the caller is somebody. */
export function checkRootlessUserNamespace(report: Report, spec: Spec, context: SpecContext): void {
  if (!context.rootless) return;
  if (!hasNamespace(spec, "user"))
    report(problem("/linux/namespaces", "rootless containers need a user namespace", HINT));
}

const ID_OPTION = /^(uid|gid)=(\d+)$/;

/** A mount owned by an id that is not mapped fails with EINVAL, which says nothing. */
export function checkRootlessMountOwners(report: Report, spec: Spec, context: SpecContext): void {
  if (!context.rootless) return;
  // The mappings of a joined namespace are not in the document.
  if (findNamespace(spec, "user")?.path) return;
  for (const [mountIndex, mount] of (spec.mounts ?? []).entries()) {
    for (const [index, option] of (mount.options ?? []).entries()) {
      const match = ID_OPTION.exec(option);
      if (match === null) continue;
      const mappings = spec.linux?.[match[1] === "uid" ? "uidMappings" : "gidMappings"] ?? [];
      if (isMapped(mappings, Number(match[2]))) continue;
      const at = `/mounts/${mountIndex}/options/${index}`;
      report(problem(at, `cannot mount with ${option}: the id is not mapped into the user namespace`));
    }
  }
}

function isMapped(mappings: readonly LinuxIdMapping[], id: number): boolean {
  return mappings.some(({ containerID, size }) => id >= containerID && id < containerID + size);
}
