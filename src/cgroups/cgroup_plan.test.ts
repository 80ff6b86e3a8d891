import { describe, expect, test } from "vitest";
import { planCgroup } from "./cgroup_plan.ts";
import type { CgroupFacts } from "./hierarchy.ts";

const v2: CgroupFacts = {
  version: 2,
  hierarchies: [],
  unified: { controllers: [], directory: "/sys/fs/cgroup", own: "/user.slice/shell" },
  rootless: false,
};
const v1: CgroupFacts = {
  version: 1,
  hierarchies: [
    { controllers: ["cpu", "cpuacct"], directory: "/sys/fs/cgroup/cpu,cpuacct", own: "/" },
    { controllers: ["memory"], directory: "/sys/fs/cgroup/memory", own: "/user" },
    { controllers: ["name=systemd"], directory: "/sys/fs/cgroup/systemd", own: undefined },
  ],
  unified: undefined,
  rootless: false,
};
const pathOf = (cgroupsPath: string | undefined, facts = v2) =>
  planCgroup({ cgroupsPath }, "id", facts).paths;

describe("planCgroup()", () => {
  test.each([
    ["/a/b", "/a/b"],
    ["/../../a//./b/", "/a/b"],
    ["a", "/user.slice/a"],
    ["../../a", "/user.slice/a"],
    ["", "/user.slice/id"],
    [undefined, "/user.slice/id"],
  ])(
    "places %s on v2 at %s: relative paths below the parent of the runtime's own cgroup",
    (path, expected) => {
      expect(pathOf(path)).toEqual({ "": `/sys/fs/cgroup${expected}` });
    },
  );

  test("places relative paths on v1 below the runtime's own cgroup of each hierarchy", () => {
    expect(pathOf("a", v1)).toEqual({
      cpu: "/sys/fs/cgroup/cpu,cpuacct/a",
      cpuacct: "/sys/fs/cgroup/cpu,cpuacct/a",
      memory: "/sys/fs/cgroup/memory/user/a",
      "name=systemd": "/sys/fs/cgroup/systemd/a",
    });
  });

  test("adds the unified side of a hybrid host when it carries controllers", () => {
    const unified = { controllers: [], directory: "/sys/fs/cgroup/unified", own: "/" };
    expect(pathOf("/a", { ...v1, unified })[""]).toBe("/sys/fs/cgroup/unified/a");
  });

  test.each(["/", "/..", "//."])("refuses the root, written as %s", (path) => {
    expect(() => pathOf(path)).toThrow(expect.objectContaining({ code: "config", at: "/linux/cgroupsPath" }));
  });

  test.each(["/user.slice", "/user.slice/shell", ".", "shell"])(
    "refuses %s, the runtime's own cgroup or one above it",
    (path) => {
      expect(() => pathOf(path)).toThrow("is the cgroup of the runtime itself, or contains it");
    },
  );

  test("refuses a path that is above the runtime in one v1 hierarchy only", () => {
    expect(() => pathOf("/user", v1)).toThrow("contains it");
  });

  test("lets an unprivileged caller go without a cgroup only when nothing was asked for", () => {
    const rootless = { ...v2, rootless: true };
    const devices = [{ allow: false, access: "rwm" }];
    expect(planCgroup({ resources: { devices, cpu: {} } }, "id", rootless).optional).toBe(true);
    expect(planCgroup({ resources: { pids: { limit: 1 } } }, "id", rootless).optional).toBe(false);
    expect(planCgroup({ cgroupsPath: "a" }, "id", rootless).optional).toBe(false);
    expect(planCgroup(undefined, "id", v2).optional).toBe(false);
  });
});
