/**
 * config.json of runtime-spec 1.3.0 for Linux, as it looks after `parseSpec()`: required keys are there,
 * names come from the known sets, integers are exact, and `null` members are gone. Type names follow the
 * spec's own vocabulary. Members for other platforms are accepted in the file and ignored. At the end stand
 * the two documents a runtime writes by the spec: the state of a container, and `features`.
 */

/** A 64-bit integer: a number while it is exact (|n| <= 2^53 - 1), a bigint beyond that. */
export type ExactInteger = number | bigint;

export interface Spec {
  readonly ociVersion: string;
  readonly process?: Process | undefined;
  readonly root: Root;
  readonly hostname?: string | undefined;
  readonly domainname?: string | undefined;
  readonly mounts?: readonly Mount[] | undefined;
  readonly hooks?: Hooks | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly linux?: Linux | undefined;
}

export interface Root {
  /** Absolute, or relative to the bundle. */
  readonly path: string;
  readonly readonly?: boolean | undefined;
}

export interface Process {
  readonly terminal?: boolean | undefined;
  readonly consoleSize?: Box | undefined;
  /** A file without it means uid 0, gid 0; the parser fills that in. */
  readonly user: User;
  readonly args?: readonly string[] | undefined;
  readonly env?: readonly string[] | undefined;
  readonly cwd: string;
  readonly capabilities?: LinuxCapabilities | undefined;
  readonly rlimits?: readonly POSIXRlimit[] | undefined;
  readonly noNewPrivileges?: boolean | undefined;
  readonly apparmorProfile?: string | undefined;
  readonly oomScoreAdj?: number | undefined;
  readonly scheduler?: Scheduler | undefined;
  readonly selinuxLabel?: string | undefined;
  readonly ioPriority?: LinuxIOPriority | undefined;
  readonly execCPUAffinity?: CPUAffinity | undefined;
}

export interface Box {
  readonly height: number;
  readonly width: number;
}

export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly umask?: number | undefined;
  readonly additionalGids?: readonly number[] | undefined;
  /** Windows only; ignored. */
  readonly username?: string | undefined;
}

export interface LinuxCapabilities {
  readonly bounding?: readonly string[] | undefined;
  readonly effective?: readonly string[] | undefined;
  readonly inheritable?: readonly string[] | undefined;
  readonly permitted?: readonly string[] | undefined;
  readonly ambient?: readonly string[] | undefined;
}

export interface POSIXRlimit {
  readonly type: string;
  readonly hard: ExactInteger;
  readonly soft: ExactInteger;
}

export type LinuxSchedulerPolicy =
  | "SCHED_OTHER"
  | "SCHED_FIFO"
  | "SCHED_RR"
  | "SCHED_BATCH"
  | "SCHED_ISO"
  | "SCHED_IDLE"
  | "SCHED_DEADLINE";

export type LinuxSchedulerFlag =
  | "SCHED_FLAG_RESET_ON_FORK"
  | "SCHED_FLAG_RECLAIM"
  | "SCHED_FLAG_DL_OVERRUN"
  | "SCHED_FLAG_KEEP_POLICY"
  | "SCHED_FLAG_KEEP_PARAMS"
  | "SCHED_FLAG_UTIL_CLAMP_MIN"
  | "SCHED_FLAG_UTIL_CLAMP_MAX";

export interface Scheduler {
  readonly policy: LinuxSchedulerPolicy;
  readonly nice?: number | undefined;
  readonly priority?: number | undefined;
  readonly flags?: readonly LinuxSchedulerFlag[] | undefined;
  readonly runtime?: ExactInteger | undefined;
  readonly deadline?: ExactInteger | undefined;
  readonly period?: ExactInteger | undefined;
}

export type IOPriorityClass = "IOPRIO_CLASS_RT" | "IOPRIO_CLASS_BE" | "IOPRIO_CLASS_IDLE";

export interface LinuxIOPriority {
  readonly class: IOPriorityClass;
  readonly priority: number;
}

export interface CPUAffinity {
  readonly initial?: string | undefined;
  readonly final?: string | undefined;
}

export interface Mount {
  readonly destination: string;
  readonly type?: string | undefined;
  readonly source?: string | undefined;
  readonly options?: readonly string[] | undefined;
  readonly uidMappings?: readonly LinuxIdMapping[] | undefined;
  readonly gidMappings?: readonly LinuxIdMapping[] | undefined;
}

export interface Hook {
  readonly path: string;
  readonly args?: readonly string[] | undefined;
  readonly env?: readonly string[] | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
}

export type HookName =
  | "prestart"
  | "createRuntime"
  | "createContainer"
  | "startContainer"
  | "poststart"
  | "poststop";

export type Hooks = { readonly [Name in HookName]?: readonly Hook[] | undefined };

export interface Linux {
  readonly uidMappings?: readonly LinuxIdMapping[] | undefined;
  readonly gidMappings?: readonly LinuxIdMapping[] | undefined;
  readonly sysctl?: Readonly<Record<string, string>> | undefined;
  readonly resources?: LinuxResources | undefined;
  readonly cgroupsPath?: string | undefined;
  readonly namespaces?: readonly LinuxNamespace[] | undefined;
  readonly devices?: readonly LinuxDevice[] | undefined;
  readonly netDevices?: Readonly<Record<string, LinuxNetDevice>> | undefined;
  readonly seccomp?: LinuxSeccomp | undefined;
  readonly rootfsPropagation?: RootfsPropagation | undefined;
  readonly maskedPaths?: readonly string[] | undefined;
  readonly readonlyPaths?: readonly string[] | undefined;
  readonly mountLabel?: string | undefined;
  readonly intelRdt?: LinuxIntelRdt | undefined;
  readonly memoryPolicy?: LinuxMemoryPolicy | undefined;
  readonly personality?: LinuxPersonality | undefined;
  readonly timeOffsets?: Readonly<Partial<Record<LinuxClock, LinuxTimeOffset>>> | undefined;
}

export type LinuxNamespaceType = "pid" | "network" | "mount" | "ipc" | "uts" | "user" | "cgroup" | "time";

export interface LinuxNamespace {
  readonly type: LinuxNamespaceType;
  /** Join the namespace of this file; absent or empty: make a new one. */
  readonly path?: string | undefined;
}

export interface LinuxIdMapping {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

export type LinuxClock = "monotonic" | "boottime";

export interface LinuxTimeOffset {
  readonly secs?: ExactInteger | undefined;
  readonly nanosecs?: number | undefined;
}

/** The names of the spec plus the recursive forms runc and crun have always taken. Empty means unset. */
export type RootfsPropagation =
  | ""
  | "shared"
  | "slave"
  | "private"
  | "unbindable"
  | "rshared"
  | "rslave"
  | "rprivate"
  | "runbindable";

export type LinuxDeviceType = "c" | "b" | "u" | "p";

export interface LinuxDevice {
  readonly path: string;
  readonly type: LinuxDeviceType;
  /** Required unless `type` is "p". */
  readonly major?: ExactInteger | undefined;
  readonly minor?: ExactInteger | undefined;
  readonly fileMode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

export interface LinuxNetDevice {
  readonly name?: string | undefined;
}

export interface LinuxResources {
  readonly devices?: readonly LinuxDeviceCgroup[] | undefined;
  readonly memory?: LinuxMemory | undefined;
  readonly cpu?: LinuxCPU | undefined;
  readonly pids?: LinuxPids | undefined;
  readonly blockIO?: LinuxBlockIO | undefined;
  readonly hugepageLimits?: readonly LinuxHugepageLimit[] | undefined;
  readonly network?: LinuxNetwork | undefined;
  readonly rdma?: Readonly<Record<string, LinuxRdma>> | undefined;
  readonly unified?: Readonly<Record<string, string>> | undefined;
}

/** "" means unset, that is all devices. */
export type LinuxDeviceCgroupType = "" | "a" | "c" | "b";

export interface LinuxDeviceCgroup {
  readonly allow: boolean;
  readonly type?: LinuxDeviceCgroupType | undefined;
  readonly major?: ExactInteger | undefined;
  readonly minor?: ExactInteger | undefined;
  readonly access?: string | undefined;
}

export interface LinuxMemory {
  readonly limit?: ExactInteger | undefined;
  readonly reservation?: ExactInteger | undefined;
  readonly swap?: ExactInteger | undefined;
  readonly kernel?: ExactInteger | undefined;
  readonly kernelTCP?: ExactInteger | undefined;
  readonly swappiness?: ExactInteger | undefined;
  readonly disableOOMKiller?: boolean | undefined;
  readonly useHierarchy?: boolean | undefined;
  readonly checkBeforeUpdate?: boolean | undefined;
}

export interface LinuxCPU {
  readonly shares?: ExactInteger | undefined;
  readonly quota?: ExactInteger | undefined;
  readonly burst?: ExactInteger | undefined;
  readonly period?: ExactInteger | undefined;
  readonly realtimeRuntime?: ExactInteger | undefined;
  readonly realtimePeriod?: ExactInteger | undefined;
  readonly cpus?: string | undefined;
  readonly mems?: string | undefined;
  readonly idle?: ExactInteger | undefined;
}

export interface LinuxPids {
  readonly limit?: ExactInteger | undefined;
}

export interface LinuxBlockIODevice {
  readonly major: ExactInteger;
  readonly minor: ExactInteger;
}

export interface LinuxWeightDevice extends LinuxBlockIODevice {
  readonly weight?: number | undefined;
  readonly leafWeight?: number | undefined;
}

export interface LinuxThrottleDevice extends LinuxBlockIODevice {
  readonly rate: ExactInteger;
}

export interface LinuxBlockIO {
  readonly weight?: number | undefined;
  readonly leafWeight?: number | undefined;
  readonly weightDevice?: readonly LinuxWeightDevice[] | undefined;
  readonly throttleReadBpsDevice?: readonly LinuxThrottleDevice[] | undefined;
  readonly throttleWriteBpsDevice?: readonly LinuxThrottleDevice[] | undefined;
  readonly throttleReadIOPSDevice?: readonly LinuxThrottleDevice[] | undefined;
  readonly throttleWriteIOPSDevice?: readonly LinuxThrottleDevice[] | undefined;
}

export interface LinuxHugepageLimit {
  readonly pageSize: string;
  readonly limit: ExactInteger;
}

export interface LinuxInterfacePriority {
  readonly name: string;
  readonly priority: number;
}

export interface LinuxNetwork {
  readonly classID?: number | undefined;
  readonly priorities?: readonly LinuxInterfacePriority[] | undefined;
}

export interface LinuxRdma {
  readonly hcaHandles?: number | undefined;
  readonly hcaObjects?: number | undefined;
}

export interface LinuxIntelRdt {
  readonly closID?: string | undefined;
  readonly schemata?: readonly string[] | undefined;
  readonly l3CacheSchema?: string | undefined;
  readonly memBwSchema?: string | undefined;
  readonly enableMonitoring?: boolean | undefined;
}

export type MemoryPolicyMode =
  | "MPOL_DEFAULT"
  | "MPOL_BIND"
  | "MPOL_INTERLEAVE"
  | "MPOL_WEIGHTED_INTERLEAVE"
  | "MPOL_PREFERRED"
  | "MPOL_PREFERRED_MANY"
  | "MPOL_LOCAL";

export type MemoryPolicyFlag = "MPOL_F_NUMA_BALANCING" | "MPOL_F_RELATIVE_NODES" | "MPOL_F_STATIC_NODES";

export interface LinuxMemoryPolicy {
  readonly mode: MemoryPolicyMode;
  readonly nodes?: string | undefined;
  readonly flags?: readonly MemoryPolicyFlag[] | undefined;
}

export type LinuxPersonalityDomain = "LINUX" | "LINUX32";

export interface LinuxPersonality {
  readonly domain: LinuxPersonalityDomain;
  readonly flags?: readonly string[] | undefined;
}

export type SeccompArch =
  | "SCMP_ARCH_X86"
  | "SCMP_ARCH_X86_64"
  | "SCMP_ARCH_X32"
  | "SCMP_ARCH_ARM"
  | "SCMP_ARCH_AARCH64"
  | "SCMP_ARCH_MIPS"
  | "SCMP_ARCH_MIPS64"
  | "SCMP_ARCH_MIPS64N32"
  | "SCMP_ARCH_MIPSEL"
  | "SCMP_ARCH_MIPSEL64"
  | "SCMP_ARCH_MIPSEL64N32"
  | "SCMP_ARCH_PPC"
  | "SCMP_ARCH_PPC64"
  | "SCMP_ARCH_PPC64LE"
  | "SCMP_ARCH_S390"
  | "SCMP_ARCH_S390X"
  | "SCMP_ARCH_PARISC"
  | "SCMP_ARCH_PARISC64"
  | "SCMP_ARCH_RISCV64"
  | "SCMP_ARCH_LOONGARCH64"
  | "SCMP_ARCH_M68K"
  | "SCMP_ARCH_SH"
  | "SCMP_ARCH_SHEB";

export type LinuxSeccompFlag =
  | "SECCOMP_FILTER_FLAG_TSYNC"
  | "SECCOMP_FILTER_FLAG_LOG"
  | "SECCOMP_FILTER_FLAG_SPEC_ALLOW"
  | "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV";

export type LinuxSeccompAction =
  | "SCMP_ACT_KILL"
  | "SCMP_ACT_KILL_PROCESS"
  | "SCMP_ACT_KILL_THREAD"
  | "SCMP_ACT_TRAP"
  | "SCMP_ACT_ERRNO"
  | "SCMP_ACT_TRACE"
  | "SCMP_ACT_ALLOW"
  | "SCMP_ACT_LOG"
  | "SCMP_ACT_NOTIFY";

export type LinuxSeccompOperator =
  | "SCMP_CMP_NE"
  | "SCMP_CMP_LT"
  | "SCMP_CMP_LE"
  | "SCMP_CMP_EQ"
  | "SCMP_CMP_GE"
  | "SCMP_CMP_GT"
  | "SCMP_CMP_MASKED_EQ";

export interface LinuxSeccomp {
  readonly defaultAction: LinuxSeccompAction;
  readonly defaultErrnoRet?: number | undefined;
  readonly architectures?: readonly SeccompArch[] | undefined;
  readonly flags?: readonly LinuxSeccompFlag[] | undefined;
  readonly listenerPath?: string | undefined;
  readonly listenerMetadata?: string | undefined;
  readonly syscalls?: readonly LinuxSyscall[] | undefined;
}

export interface LinuxSyscall {
  readonly names: readonly string[];
  readonly action: LinuxSeccompAction;
  readonly errnoRet?: number | undefined;
  readonly args?: readonly LinuxSeccompArg[] | undefined;
}

export interface LinuxSeccompArg {
  readonly index: number;
  readonly value: ExactInteger;
  readonly valueTwo?: ExactInteger | undefined;
  readonly op: LinuxSeccompOperator;
}

/** The four states of the spec, and `paused`, which every runtime adds. */
export type ContainerStatus = "creating" | "created" | "running" | "stopped" | "paused";

/** What hooks read on stdin, and the core of what `state` prints. */
export interface State {
  readonly ociVersion: string;
  readonly id: string;
  readonly status: ContainerStatus;
  /** Left out when there is no process. */
  readonly pid?: number | undefined;
  readonly bundle: string;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** What the seccomp agent gets together with the notify descriptor. */
export interface ContainerProcessState {
  readonly ociVersion: string;
  readonly fds: readonly string[];
  readonly pid: number;
  readonly metadata?: string | undefined;
  readonly state: State;
}

/** Absent members mean "unknown", never "no". */
export interface Features {
  readonly ociVersionMin: string;
  readonly ociVersionMax: string;
  readonly hooks?: readonly string[] | undefined;
  readonly mountOptions?: readonly string[] | undefined;
  readonly linux?: LinuxFeatures | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly potentiallyUnsafeConfigAnnotations?: readonly string[] | undefined;
}

export interface LinuxFeatures {
  readonly namespaces?: readonly string[] | undefined;
  readonly capabilities?: readonly string[] | undefined;
  readonly cgroup?: CgroupFeatures | undefined;
  readonly seccomp?: SeccompFeatures | undefined;
  readonly apparmor?: EnabledFeature | undefined;
  readonly selinux?: EnabledFeature | undefined;
  readonly intelRdt?: IntelRdtFeatures | undefined;
  readonly memoryPolicy?: MemoryPolicyFeatures | undefined;
  readonly mountExtensions?: { readonly idmap?: EnabledFeature | undefined } | undefined;
  readonly netDevices?: EnabledFeature | undefined;
}

export interface EnabledFeature {
  readonly enabled?: boolean | undefined;
}

export interface CgroupFeatures {
  readonly v1?: boolean | undefined;
  readonly v2?: boolean | undefined;
  readonly systemd?: boolean | undefined;
  readonly systemdUser?: boolean | undefined;
  readonly rdma?: boolean | undefined;
}

export interface SeccompFeatures extends EnabledFeature {
  readonly actions?: readonly string[] | undefined;
  readonly operators?: readonly string[] | undefined;
  readonly archs?: readonly string[] | undefined;
  readonly knownFlags?: readonly string[] | undefined;
  readonly supportedFlags?: readonly string[] | undefined;
}

export interface IntelRdtFeatures extends EnabledFeature {
  readonly schemata?: boolean | undefined;
  readonly monitoring?: boolean | undefined;
}

export interface MemoryPolicyFeatures {
  readonly modes?: readonly string[] | undefined;
  readonly flags?: readonly string[] | undefined;
}
