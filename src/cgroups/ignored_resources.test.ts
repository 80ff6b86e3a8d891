import { expect, test } from "vitest";
import { ignoredResources } from "./ignored_resources.ts";

const resources = {
  memory: { kernel: 1, swappiness: 0, disableOOMKiller: false, limit: 5 },
  cpu: { realtimePeriod: 5 },
};

test("ignoredResources() names what v2 has no file for", () => {
  expect(ignoredResources(resources, 2).map(({ at }) => at)).toEqual([
    "/linux/resources/memory/kernel",
    "/linux/resources/memory/swappiness",
    "/linux/resources/cpu/realtimePeriod",
  ]);
});

test("ignoredResources() names only the kernel memory limit on v1", () => {
  expect(ignoredResources(resources, 1)).toHaveLength(1);
});
