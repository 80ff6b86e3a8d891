import { describe, expect, test } from "vitest";
import {
  matchHierarchies,
  parseCgroupMounts,
  parseMemberships,
  seenFrom,
  usualDirectory,
} from "./hierarchy.ts";

const memberships = parseMemberships(`9:name=systemd:/init.scope
3:cpu,cpuacct:/docker/abc
2:memory:/a:b
0::/system.slice/x.service
`);

test("parseMemberships() keeps colons in paths and takes the unified hierarchy as one without controllers", () => {
  expect(memberships).toEqual([
    { controllers: ["name=systemd"], path: "/init.scope" },
    { controllers: ["cpu", "cpuacct"], path: "/docker/abc" },
    { controllers: ["memory"], path: "/a:b" },
    { controllers: [], path: "/system.slice/x.service" },
  ]);
});

test("usualDirectory() is named for the controllers, or for the name of a hierarchy without any", () => {
  expect(usualDirectory(["cpu", "cpuacct"])).toBe("/sys/fs/cgroup/cpu,cpuacct");
  expect(usualDirectory(["name=systemd"])).toBe("/sys/fs/cgroup/systemd");
});

describe("matchHierarchies()", () => {
  const mounts = parseCgroupMounts(`
30 23 0:26 / /sys/fs/cgroup/cpuacct,cpu rw - cgroup cgroup rw,cpuacct,cpu
31 23 0:27 /docker/abc /mnt/with\\040space rw shared:5 master:2 - cgroup cgroup rw,memory
32 23 0:28 / /proc rw - proc proc rw
33 23 0:29 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
34 23 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw`);

  test("finds hierarchies wherever they are mounted", () => {
    expect(matchHierarchies(memberships, mounts)).toEqual([
      { controllers: ["name=systemd"], directory: "/sys/fs/cgroup/systemd", own: "/init.scope" },
      { controllers: ["cpu", "cpuacct"], directory: "/sys/fs/cgroup/cpuacct,cpu", own: "/docker/abc" },
      // The runtime is outside of what is mounted there.
      { controllers: ["memory"], directory: "/mnt/with space", own: undefined },
    ]);
  });

  test("leaves out hierarchies that are mounted nowhere", () => {
    expect(matchHierarchies([{ controllers: ["pids"], path: "/" }], mounts)).toEqual([]);
  });
});

test.each([
  ["/", "/a", "/a"],
  ["/docker/abc", "/docker/abc", "/"],
  ["/docker/abc", "/docker/abc/d", "/d"],
  ["/docker/abc", "/docker/abcd", undefined],
  ["/", "/../x", undefined],
])("seenFrom(%s, %s) is %s", (root, path, seen) => {
  expect(seenFrom(root, path)).toBe(seen);
});
