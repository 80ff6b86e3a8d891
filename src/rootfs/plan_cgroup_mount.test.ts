import { describe, expect, it } from "vitest";
import type { CgroupMountFacts } from "../plan/host_facts.ts";
import { MOUNT_ATTR_RDONLY, parseMountOptions } from "./mount_options.ts";
import { planCgroupMount } from "./plan_cgroup_mount.ts";

const v2: CgroupMountFacts = { kind: "v2", own: "/sys/fs/cgroup/c", root: "/sys/fs/cgroup" };
const v1: CgroupMountFacts = {
  kind: "v1",
  hierarchies: [
    { directory: "memory", options: "memory", sources: ["/m/c", "/m"], links: [] },
    { directory: "cpu,cpuacct", options: "cpu,cpuacct", sources: ["/c/c"], links: ["cpu"] },
  ],
};

function plan(cgroup: CgroupMountFacts, cgroupNamespace: boolean, rootlessCgroups = false) {
  const options = parseMountOptions(["ro"]);
  const context = { cgroup, cgroupNamespace, rootlessCgroups };
  return planCgroupMount("/sys/fs/cgroup", options, "/mounts/0", context);
}

describe("planCgroupMount()", () => {
  it("mounts one file system on v2, and falls back to the container's own cgroup", () => {
    expect(plan(v2, true)).toMatchObject([
      { op: "mountCgroup", fsType: "cgroup2", binds: ["/sys/fs/cgroup/c"], mask: 0 },
    ]);
  });

  it("falls back to the whole hierarchy without a cgroup namespace", () => {
    expect(plan(v2, false)).toMatchObject([{ binds: ["/sys/fs/cgroup"] }]);
  });

  it("hides what is there when cgroups may be missing and are", () => {
    expect(plan(v2, true, true)).toMatchObject([{ mask: 1 }]);
  });

  it("keeps the fallback read-only when the mount is to be: CVE-2023-25809", () => {
    expect(plan(v2, false)).toMatchObject([{ attrSet: MOUNT_ATTR_RDONLY }]);
  });

  it("makes a directory for each hierarchy on v1, read-only at the top in the end", () => {
    expect(plan(v1, true).map(({ op }) => op)).toEqual([
      "mount",
      "makeDirectory",
      "mountCgroup",
      "makeDirectory",
      "mountCgroup",
      "symlink",
      "remount",
    ]);
  });

  it("binds the first of the sources on v1 without a cgroup namespace", () => {
    const mounts = plan(v1, false).filter(({ op }) => op === "mountCgroup");
    expect(mounts).toMatchObject([
      { fsType: "", binds: ["/m/c", "/m"] },
      { fsType: "", binds: ["/c/c"] },
    ]);
  });
});
