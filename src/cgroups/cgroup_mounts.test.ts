import { expect, test } from "vitest";
import { planCgroupMounts } from "./cgroup_mounts.ts";
import { disabledCgroupPlan, planCgroup } from "./cgroup_plan.ts";
import type { CgroupFacts } from "./hierarchy.ts";

const facts: CgroupFacts = {
  version: 1,
  hierarchies: [
    { controllers: ["cpu", "cpuacct"], directory: "/sys/fs/cgroup/cpu,cpuacct", own: "/" },
    { controllers: ["name=systemd"], directory: "/sys/fs/cgroup/systemd", own: "/x" },
    { controllers: ["memory"], directory: "/elsewhere/mem", own: "/x" },
  ],
  unified: undefined,
  rootless: false,
};

test("planCgroupMounts() shows the container its own directory of every v1 hierarchy", () => {
  const plan = planCgroup({ cgroupsPath: "/c" }, "id", facts);
  expect(planCgroupMounts(facts, plan)).toEqual({
    kind: "v1",
    hierarchies: [
      {
        directory: "cpu,cpuacct",
        options: "cpu,cpuacct",
        sources: ["/sys/fs/cgroup/cpu,cpuacct/c"],
        links: ["cpu", "cpuacct"],
      },
      { directory: "systemd", options: "name=systemd", sources: ["/sys/fs/cgroup/systemd/c"], links: [] },
      { directory: "memory", options: "memory", sources: ["/elsewhere/mem/c"], links: [] },
    ],
  });
});

test("planCgroupMounts() shows the runtime's own cgroups to a container without any", () => {
  const mounts = planCgroupMounts(facts, disabledCgroupPlan);
  expect(mounts.kind === "v1" && mounts.hierarchies.flatMap(({ sources }) => sources)).toEqual([
    "/sys/fs/cgroup/cpu,cpuacct/",
    "/sys/fs/cgroup/systemd/x",
    "/elsewhere/mem/x",
  ]);
});

test("planCgroupMounts() is one mount on v2", () => {
  expect(planCgroupMounts({ ...facts, version: 2 }, disabledCgroupPlan)).toEqual({
    kind: "v2",
    own: "/sys/fs/cgroup",
    root: "/sys/fs/cgroup",
  });
});
