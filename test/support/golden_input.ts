/** What golden plans and properties are compiled with, beside the config. */
import type { CompileRequest } from "../../src/compile.ts";
import type { HostFacts } from "../../src/plan/host_facts.ts";

export const goldenRequest: CompileRequest = {
  id: "golden",
  bundle: "/bundle",
  rootfs: "/bundle/rootfs",
  noPivot: false,
  noNewKeyring: false,
  preserveFds: 0,
  listenFds: 0,
};

/** A host with cgroup v2. */
export const goldenFacts: HostFacts = {
  euid: 0,
  egid: 0,
  securityModules: { apparmor: false, selinux: false },
  cgroup: { kind: "v2", own: "/sys/fs/cgroup/golden", root: "/sys/fs/cgroup" },
  rootlessCgroups: false,
};

/** The same host with cgroup v1. */
export const goldenFactsV1: HostFacts = {
  ...goldenFacts,
  cgroup: {
    kind: "v1",
    hierarchies: [
      {
        directory: "cpu,cpuacct",
        options: "cpu,cpuacct",
        sources: ["/sys/fs/cgroup/cpu,cpuacct/golden"],
        links: ["cpu", "cpuacct"],
      },
      { directory: "memory", options: "memory", sources: ["/sys/fs/cgroup/memory/golden"], links: [] },
      {
        directory: "systemd",
        options: "name=systemd",
        sources: ["/sys/fs/cgroup/systemd/golden"],
        links: [],
      },
    ],
  },
};
