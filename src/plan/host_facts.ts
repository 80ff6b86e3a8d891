/** What the planners may know of the host. Filled once per run by `sys/read_host_facts.ts`. */
export interface HostFacts {
  readonly euid: number;
  readonly egid: number;
  readonly cgroup: CgroupMountFacts;
  readonly securityModules: SecurityModules;
}

/** Which security modules are on. False also where the config asks for none of their labels. */
export interface SecurityModules {
  readonly apparmor: boolean;
  readonly selinux: boolean;
}

/** What a mount of type "cgroup" becomes. */
export type CgroupMountFacts =
  | { readonly kind: "v2" }
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
  /** The container's own cgroup in it, a host path, for a bind. */
  readonly source: string;
  /** Further names that are links to the directory: `cpu`, `cpuacct`. */
  readonly links: readonly string[];
}
