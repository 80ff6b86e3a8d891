import { expect, test } from "vitest";
import { findingsOf } from "./spec_under_test.ts";

const findings = (key: string, types: readonly string[] = ["network", "ipc", "uts", "mount"]) =>
  findingsOf({ linux: { sysctl: { [key]: "1" }, namespaces: types.map((type) => ({ type })) } });

test("sysctls of the container's own namespaces are allowed, with either separator", () => {
  for (const key of [
    "net.ipv4.ip_forward",
    "net/ipv4/ip_forward",
    "net.ipv4.conf.eth0/100.forwarding",
    "net/ipv4/conf/eth0.100/forwarding",
    "kernel.shm_rmid_forced",
    "fs.mqueue.queues_max",
    "kernel/domainname",
  ]) {
    expect(findings(key), key).toEqual([]);
  }
});

test.each([
  [
    "net.ipv4.ip_forward",
    'error /linux/sysctl/net.ipv4.ip_forward: sysctl "net.ipv4.ip_forward" needs a namespace of its own: network',
  ],
  ["kernel.sem", 'error /linux/sysctl/kernel.sem: sysctl "kernel.sem" needs a namespace of its own: ipc'],
  [
    "user.max_user_namespaces",
    'error /linux/sysctl/user.max_user_namespaces: sysctl "user.max_user_namespaces" needs a namespace of its own: user',
  ],
  [
    "kernel.hostname",
    'error /linux/sysctl/kernel.hostname: sysctl "kernel.hostname" conflicts with the config',
  ],
  [
    "kernel.core_pattern",
    'error /linux/sysctl/kernel.core_pattern: sysctl "kernel.core_pattern" is not in a separate kernel namespace',
  ],
  [
    "kernel.semantics",
    'error /linux/sysctl/kernel.semantics: sysctl "kernel.semantics" is not in a separate kernel namespace',
  ],
  ["net", 'error /linux/sysctl/net: "net" is not the name of a sysctl'],
  [
    "net/../kernel/core_pattern",
    'error /linux/sysctl/net~1..~1kernel~1core_pattern: "net/../kernel/core_pattern" is not the name of a sysctl',
  ],
  [
    "net.//.kernel.core_pattern",
    'error /linux/sysctl/net.~1~1.kernel.core_pattern: "net.//.kernel.core_pattern" is not the name of a sysctl',
  ],
])("the sysctl %s is refused without the namespace it belongs to", (key, finding) => {
  expect(findings(key, ["uts", "mount"])).toEqual([finding]);
});
