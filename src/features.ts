import { namespaceKinds } from "./namespaces/kinds.ts";
import { memoryPolicyFlags, memoryPolicyModes } from "./process/plan_scheduling.ts";
import { seccompArchitectures } from "./process/seccomp/architectures.ts";
import { seccompActions, seccompFlags, seccompOperators } from "./process/seccomp/tables.ts";
import { mountOptions } from "./rootfs/mount_options.ts";
import { CAPABILITIES } from "./spec/capability_names.ts";
import { HOOK_NAMES } from "./spec/checks/hooks.ts";
import type { Features } from "./spec/types.ts";
import { specVersion } from "./spec/version.ts";

/**
 * The features document (features.md): what this build can do, from the tables it does it with, and nothing
 * about the host it runs on.
 */
export function describeFeatures(version: string, commit: string | undefined): Features {
  return {
    ociVersionMin: "1.0.0",
    ociVersionMax: specVersion,
    hooks: HOOK_NAMES,
    mountOptions: Object.keys(mountOptions).sort(),
    linux: {
      namespaces: namespaceKinds.map(({ type }) => type).sort(),
      capabilities: [...CAPABILITIES.keys()],
      cgroup: { v1: true, v2: true, systemd: false, systemdUser: false, rdma: true },
      seccomp: {
        enabled: true,
        actions: Object.keys(seccompActions),
        operators: Object.keys(seccompOperators),
        archs: Object.keys(seccompArchitectures),
        knownFlags: Object.keys(seccompFlags),
        supportedFlags: Object.keys(seccompFlags),
      },
      apparmor: { enabled: true },
      selinux: { enabled: true },
      intelRdt: { enabled: true, schemata: true, monitoring: true },
      memoryPolicy: { modes: Object.keys(memoryPolicyModes), flags: Object.keys(memoryPolicyFlags) },
      mountExtensions: { idmap: { enabled: true } },
      netDevices: { enabled: true },
    },
    annotations: {
      "org.opencontainers.runc.checkpoint.enabled": "false",
      "tsrunc.version": version,
      ...(commit === undefined || commit === "" ? {} : { "tsrunc.commit": commit }),
    },
    // Annotations that change what the runtime does to the host. There are none.
    potentiallyUnsafeConfigAnnotations: [],
  };
}
