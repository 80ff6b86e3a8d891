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
 * clone and its parent mount private. Otherwise mounts come in from the host (slave) or not at all (private).
 */
export function planRootOpening(spec: Spec, rootfs: string): readonly Op[] {
  const propagation = spec.linux?.rootfsPropagation ?? "";
  const at = "/linux/rootfsPropagation";
  const flags = propagation.endsWith("shared")
    ? []
    : propagation.endsWith("private")
      ? [MS_PRIVATE | MS_REC]
      : [MS_SLAVE | MS_REC];
  return [
    ...flags.map((value) => op("rootPropagation", at, { flags: value })),
    op("openRootfs", "/root/path", { path: rootfs }),
  ];
}

/** Making the root the root. */
export function planPivot(spec: Spec, noPivot: boolean, mountNamespace: boolean): readonly Op[] {
  const mode = !mountNamespace ? pivotModes.chroot : noPivot ? pivotModes.move : pivotModes.pivot;
  const propagation = spec.linux?.rootfsPropagation ?? "";
  const final =
    propagation === "" || !mountNamespace
      ? []
      : [op("finalPropagation", "/linux/rootfsPropagation", { flags: propagationFlags[propagation] })];
  return [op("pivotRoot", "/root", { mode }), ...final];
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
