/** What the planners may know of the host. Filled once per run by `sys/read_host_facts.ts`. */
export interface HostFacts {
  readonly euid: number;
  readonly egid: number;
  readonly cgroup: CgroupMountFacts;
  /** Cgroups may be missing, because the caller is not permitted to make any. */
  readonly rootlessCgroups: boolean;
  readonly securityModules: SecurityModules;
  /** Undefined without a profile, and where a plan is only printed. */
  readonly seccomp?: SeccompFacts | undefined;
}

export interface SeccompFacts {
  /** The compiled profile: struct sock_filter. */
  readonly filter: Uint8Array;
  /** SECCOMP_FILTER_FLAG_* that the kernel knows. */
  readonly supportedFlags: number;
}

/** Which security modules are on. False also where the config asks for none of their labels. */
export interface SecurityModules {
  readonly apparmor: boolean;
  readonly selinux: boolean;
}

/** What a mount of type "cgroup" becomes. */
export type CgroupMountFacts =
  | {
      readonly kind: "v2";
      /** The container's own cgroup and the root of the hierarchy, host paths, for binds. */
      readonly own: string;
      readonly root: string;
    }
  | {
      readonly kind: "v1";
      /** One row per hierarchy: its directory name below /sys/fs/cgroup, and how to mount it afresh. */
      readonly hierarchies: readonly CgroupHierarchyMount[];
    };

export interface CgroupHierarchyMount {
  /** `cpu,cpuacct`, `memory`, `systemd`. */
  readonly directory: string;
  /** Options of mount(2) type cgroup that name this hierarchy: `cpu,cpuacct`, `name=systemd`. */
  readonly options: string;
  /** Host paths for a bind, of which the first that exists is taken: the container's own cgroup in it. */
  readonly sources: readonly string[];
  /** Further names that are links to the directory: `cpu`, `cpuacct`. */
  readonly links: readonly string[];
}
