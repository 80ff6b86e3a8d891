import { CLONE_NEWNS } from "./namespaces/kinds.ts";
import { type NetDeviceMove, planNetDevices } from "./namespaces/net_devices.ts";
import {
  hasNamespace,
  hasNewNamespace,
  type NamespaceJoin,
  planNamespaces,
} from "./namespaces/plan_namespaces.ts";
import { formatIdMap } from "./plan/format_id_map.ts";
import type { HostFacts } from "./plan/host_facts.ts";
import { syncPoints } from "./plan/ops.ts";
import { type Op, op } from "./plan/plan.ts";
import { type HookState, planContainerHooks } from "./process/plan_hooks.ts";
import { labelKeyring, planLabels } from "./process/plan_labels.ts";
import {
  planCredentials,
  planExecution,
  planProgramSearch,
  planTerminal,
  requireProgram,
} from "./process/plan_program.ts";
import { planRlimits, type ResourceLimit } from "./process/plan_rlimits.ts";
import { planMemoryPolicy, planPersonality, planScheduling } from "./process/plan_scheduling.ts";
import { planSysctl } from "./process/plan_sysctl.ts";
import { planSeccomp, type SeccompListener } from "./process/seccomp/plan_seccomp.ts";
import { labelMounts } from "./rootfs/mount_label.ts";
import { planDevices } from "./rootfs/plan_devices.ts";
import { planMounts } from "./rootfs/plan_mounts.ts";
import { planFinalPropagation, planPivot, planProtection, planRootOpening } from "./rootfs/plan_root.ts";
import { type Finding, warning } from "./spec/finding.ts";
import type { Spec } from "./spec/types.ts";
import { specVersion } from "./spec/version.ts";

/** What the caller adds to the bundle. */
export interface CompileRequest {
  readonly id: string;
  /** Absolute path of the bundle. */
  readonly bundle: string;
  /** Absolute path of the root file system, without symlinks. */
  readonly rootfs: string;
  readonly noPivot: boolean;
  readonly noNewKeyring: boolean;
  /** How many descriptors from 3 up the program gets. */
  readonly preserveFds: number;
  /** How many of them are sockets of socket activation (sd_listen_fds(3)). */
  readonly listenFds: number;
}

/** Everything `create` will do: what init executes, and what tsrunc does for it from outside. */
export interface ContainerPlan {
  readonly ops: readonly Op[];
  readonly joins: readonly NamespaceJoin[];
  /** What a helper with the caller's rights executes at the `sources` sync point; empty without that point. */
  readonly sources: readonly Op[];
  /** Lines for /proc/PID/uid_map and gid_map, when the user namespace is new. */
  readonly idMaps: { readonly uid: string; readonly gid: string } | undefined;
  /** Lines for /proc/PID/timens_offsets, written at the `forked` sync point; "" for none. */
  readonly timeOffsets: string;
  /** Moved at the `beforePivot` sync point, when init surely has its network namespace. */
  readonly netDevices: readonly NetDeviceMove[];
  readonly oomScoreAdj: number | undefined;
  readonly rlimits: readonly ResourceLimit[];
  readonly terminal: boolean;
  /** Who gets the notify descriptor of the seccomp filter, when the profile has NOTIFY. */
  readonly seccompListener: SeccompListener | undefined;
  /** What the host cannot do and the container can do without. */
  readonly warnings: readonly Finding[];
}

/**
 * A checked config and the facts of the host → the plan. Pure: no kernel call, no clock, no environment.
 * The order of this function is the order of the set-up; `docs/architecture.md` gives the reasons.
 *
 * @throws RuntimeError `config` with the pointer of what cannot be planned.
 */
export function compile(spec: Spec, request: CompileRequest, facts: HostFacts): ContainerPlan {
  const process = requireProgram(spec.process, "/process");
  const namespaces = planNamespaces(spec, facts.euid === 0);
  const mountNamespace = hasNamespace(spec, "mount");
  const userNamespace = hasNamespace(spec, "user");
  const mounts = planMounts(spec.mounts ?? [], {
    bundle: request.bundle,
    cgroup: facts.cgroup,
    cgroupNamespace: hasNamespace(spec, "cgroup"),
    userNamespace,
    privileged: facts.euid === 0,
    rootlessCgroups: facts.rootlessCgroups,
  });
  const mountLabel = spec.linux?.mountLabel ?? "";
  const seccomp = planSeccomp(spec.linux?.seccomp, process.noNewPrivileges === true, facts.seccomp);
  const hookState: HookState = {
    ociVersion: specVersion,
    id: request.id,
    bundle: request.bundle,
    annotations: spec.annotations,
  };

  const ops: Op[] = [
    ...namespaces.stage,
    op("sync", "", { point: syncPoints.forked }),
    ...namespaces.init,
    op("newSession", "", {}),
    ...labelKeyring(process, facts.securityModules, planKeyring(request, userNamespace)),
    ...(hasNewNamespace(spec, "network") ? [op("loopbackUp", "/linux/namespaces", {})] : []),
    ...(mountNamespace ? planRootOpening(spec, request.rootfs) : planSharedRootOpening(request.rootfs)),
    ...(mounts.sources.length === 0 ? [] : [op("sync", "/mounts", { point: syncPoints.sources })]),
    ...labelMounts(mounts.mounts, facts.securityModules.selinux ? mountLabel : ""),
    ...planDevices(spec.linux?.devices ?? [], { userNamespace, devIsBind: mounts.devIsBind }),
    op("sync", "/hooks", { point: syncPoints.beforePivot }),
    ...planContainerHooks(spec, "createContainer", hookState),
    ...planPivot(request.noPivot, mountNamespace),
    op("makeWorkingDirectory", "/process/cwd", { path: process.cwd }),
    ...planTerminal(process, "/process", true),
    ...mounts.deferred,
    ...planHostNames(spec),
    ...planSysctl(spec),
    ...planProtection(spec),
    ...planFinalPropagation(spec, mountNamespace),
    op("umask", "/process/user/umask", { mask: process.user.umask ?? defaultUmask }),
    op("resetAffinity", "/process", {}),
    ...planScheduling(process, "/process"),
    ...planPersonality(spec.linux?.personality),
    ...planMemoryPolicy(spec.linux?.memoryPolicy),
    op("sync", "/process", { point: syncPoints.ready }),
    ...planLabels(process, "/process", facts.securityModules),
    ...planCredentials(process, "/process", seccomp.keepCapabilities),
    ...planProgramSearch(process, "/process"),
    ...seccomp.ops,
    op("waitForStart", "", { socket: "start" }),
    ...planContainerHooks(spec, "startContainer", hookState),
    planExecution(process, "/process", request.preserveFds, listenEnvironment(request.listenFds)),
  ];
  return {
    ops,
    joins: namespaces.joins,
    sources: planHelper(mounts.sources, mountNamespace),
    idMaps: planIdMaps(spec, namespaces.newUserNamespace),
    timeOffsets: namespaces.timeOffsets,
    netDevices: planNetDevices(spec.linux?.netDevices),
    oomScoreAdj: process.oomScoreAdj,
    rlimits: planRlimits(process),
    terminal: process.terminal === true,
    seccompListener: seccomp.listener,
    warnings: mountLabel !== "" && !facts.securityModules.selinux ? [ignoredMountLabel] : [],
  };
}

/** The program is pid 1 of its namespace, or must be told so: runc and crun say 1 in every case. */
function listenEnvironment(listenFds: number): readonly string[] {
  return listenFds === 0 ? [] : [`LISTEN_FDS=${listenFds}`, "LISTEN_PID=1"];
}

/**
 * Without SELinux no file has a label and nobody asks for one, so nothing is lost. The labels of processes are
 * another matter: planLabels().
 */
const ignoredMountLabel = warning(
  "/linux/mountLabel",
  "mountLabel is ignored: SELinux is not enabled on this host",
);

/** What runc's init has when the config is silent, and what images are made for. */
const defaultUmask = 0o022;

function planHelper(sources: readonly Op[], mountNamespace: boolean): readonly Op[] {
  if (sources.length === 0) return [];
  const join = mountNamespace ? [op("joinNamespace", "/mounts", { fd: "ns_mount", flag: CLONE_NEWNS })] : [];
  return [...join, ...sources, op("leave", "/mounts", {})];
}

/** Without a mount namespace of its own the container lives in the caller's: nothing of "/" is changed. */
function planSharedRootOpening(rootfs: string): readonly Op[] {
  return [op("openRootfs", "/root/path", { path: rootfs, isolate: 0 })];
}

const KEY_USR_SEARCH = 0x080000;
const KEY_OTH_SEARCH = 0x000008;

/**
 * A session keyring of the container's own. Its processes may search it; in a user namespace the owner is
 * another uid than the one that looks, hence "other".
 */
function planKeyring(request: CompileRequest, userNamespace: boolean): readonly Op[] {
  if (request.noNewKeyring) return [];
  const permissions = KEY_USR_SEARCH | (userNamespace ? KEY_OTH_SEARCH : 0);
  return [op("sessionKeyring", "", { name: `_ses.${request.id}`, permissions })];
}

function planHostNames(spec: Spec): readonly Op[] {
  return [
    ...(spec.hostname ? [op("hostname", "/hostname", { name: spec.hostname })] : []),
    ...(spec.domainname ? [op("domainname", "/domainname", { name: spec.domainname })] : []),
  ];
}

function planIdMaps(spec: Spec, isNew: boolean): ContainerPlan["idMaps"] {
  if (!isNew) return undefined;
  return {
    uid: formatIdMap(spec.linux?.uidMappings ?? []),
    gid: formatIdMap(spec.linux?.gidMappings ?? []),
  };
}
