import { expect, it } from "vitest";
import { hostUid } from "./cgroup_ownership.ts";

it("finds the id of the host in the map", () => {
  const map = "         0     100000       1000\n      1000       5000          1\n";
  expect(hostUid(map, 0)).toBe(100000);
  expect(hostUid(map, 999)).toBe(100999);
  expect(hostUid(map, 1000)).toBe(5000);
  expect(hostUid(map, 1001)).toBeUndefined();
  expect(hostUid("0 0 4294967295\n", 1000)).toBe(1000);
});
