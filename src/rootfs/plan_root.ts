import { pivotModes } from "../plan/ops.ts";
import { type Op, op } from "../plan/plan.ts";
import type { RootfsPropagation, Spec } from "../spec/types.ts";
import { MS_PRIVATE, MS_REC, MS_SHARED, MS_SLAVE, MS_UNBINDABLE } from "./mount_options.ts";

const propagationFlags: Readonly<Record<Exclude<RootfsPropagation, "">, number>> = {
  shared: MS_SHARED,
  rshared: MS_SHARED | MS_REC,
  slave: MS_SLAVE,
  rslave: MS_SLAVE | MS_REC,
  private: MS_PRIVATE,
  rprivate: MS_PRIVATE | MS_REC,
  unbindable: MS_UNBINDABLE,
  runbindable: MS_UNBINDABLE | MS_REC,
};

/**
 * Opening the root: what the host's mounts are to ours, then the root file system on a mount of its own.
 *
 * With `shared` the host's mounts stay peers of ours, because a bind with `rshared` is to pass mounts back to
 * the host; everything that is set up below the root is kept from spreading by openRootfs, which makes the
 * clone and its parent mount private. Otherwise mounts come in from the host (slave) or not at all (private),
 * and the clone is as the rest.
 */
export function planRootOpening(spec: Spec, rootfs: string): readonly Op[] {
  const propagation = spec.linux?.rootfsPropagation ?? "";
  const at = "/linux/rootfsPropagation";
  if (propagation.endsWith("shared")) return [op("openRootfs", "/root/path", { path: rootfs, isolate: 1 })];
  const flags = propagation.endsWith("private") ? MS_PRIVATE : MS_SLAVE;
  return [
    op("rootPropagation", at, { flags: flags | MS_REC }),
    op("openRootfs", "/root/path", { path: rootfs, isolate: 0 }),
  ];
}

/** Making the root the root. */
export function planPivot(noPivot: boolean, mountNamespace: boolean): readonly Op[] {
  const mode = !mountNamespace ? pivotModes.chroot : noPivot ? pivotModes.move : pivotModes.pivot;
  return [op("pivotRoot", "/root", { mode })];
}

/** After the last mount: an unbindable one could not be masked, and what is put below a shared one is shared. */
export function planFinalPropagation(spec: Spec, mountNamespace: boolean): readonly Op[] {
  const propagation = spec.linux?.rootfsPropagation ?? "";
  if (propagation === "" || !mountNamespace) return [];
  return [op("finalPropagation", "/linux/rootfsPropagation", { flags: propagationFlags[propagation] })];
}

/** The root read-only, masked and read-only paths: last, when nothing needs to be made any more. */
export function planProtection(spec: Spec): readonly Op[] {
  const readonlyPaths = spec.linux?.readonlyPaths ?? [];
  const maskedPaths = spec.linux?.maskedPaths ?? [];
  return [
    ...(spec.root.readonly === true ? [op("rootReadonly", "/root/readonly", {})] : []),
    ...readonlyPaths.map((path, index) => op("readonlyPath", `/linux/readonlyPaths/${index}`, { path })),
    ...[...new Set(maskedPaths)].map((path) =>
      op("maskPath", `/linux/maskedPaths/${maskedPaths.indexOf(path)}`, { path }),
    ),
  ];
}
