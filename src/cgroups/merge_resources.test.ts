import { describe, expect, it } from "vitest";
import type { LinuxResources } from "../spec/types.ts";
import { mergeResources, resourcesToApply } from "./merge_resources.ts";

function apply(stored: LinuxResources, change: LinuxResources): LinuxResources {
  return resourcesToApply(mergeResources(stored, change), change);
}

describe("mergeResources()", () => {
  it("keeps what the change does not speak of", () => {
    const stored = { memory: { limit: 64, reservation: 32 }, cpu: { shares: 512 }, pids: { limit: 5 } };
    expect(mergeResources(stored, { memory: { limit: 128 } })).toMatchObject({
      ...stored,
      memory: { limit: 128, reservation: 32 },
    });
  });

  it("takes 0 and the empty text for nothing, but where zero means something", () => {
    const stored = { memory: { limit: 64 }, cpu: { quota: 5, idle: 1, burst: 3, cpus: "0" } };
    const change = { memory: { limit: 0 }, cpu: { quota: 0, idle: 0, burst: 0, cpus: "" } };
    expect(mergeResources(stored, change)).toMatchObject({
      memory: { limit: 64 },
      cpu: { quota: 5, idle: 0, burst: 0, cpus: "0" },
    });
  });

  it("drops the memory+swap limit with the memory limit", () => {
    const stored = { memory: { limit: 64, swap: 128 } };
    expect(mergeResources(stored, { memory: { limit: -1 } }).memory).toEqual({ limit: -1, swap: undefined });
    expect(mergeResources(stored, { memory: { limit: -1, swap: 256 } }).memory?.swap).toBe(256);
  });

  it("drops the shares when the container is made idle without any", () => {
    expect(mergeResources({ cpu: { shares: 512 } }, { cpu: { idle: 1 } }).cpu?.shares).toBeUndefined();
    expect(mergeResources({ cpu: { shares: 512 } }, { cpu: { idle: 0, shares: 2 } }).cpu?.shares).toBe(2);
  });

  it("replaces the entry of a device, and adds others", () => {
    const stored = { blockIO: { weightDevice: [{ major: 8, minor: 0, weight: 100, leafWeight: 50 }] } };
    const weightDevice = [
      { major: 8, minor: 0, weight: 200 },
      { major: 8, minor: 16, weight: 300 },
    ];
    expect(mergeResources(stored, { blockIO: { weightDevice } }).blockIO?.weightDevice).toEqual([
      { major: 8, minor: 0, weight: 200, leafWeight: 50 },
      { major: 8, minor: 16, weight: 300 },
    ]);
  });

  it("merges maps by their keys and page limits by the size", () => {
    const stored = { unified: { "memory.high": "1" }, hugepageLimits: [{ pageSize: "2MB", limit: 1 }] };
    const change = { unified: { "memory.low": "2" }, hugepageLimits: [{ pageSize: "2MB", limit: 9 }] };
    expect(mergeResources(stored, change)).toMatchObject({
      unified: { "memory.high": "1", "memory.low": "2" },
      hugepageLimits: [{ pageSize: "2MB", limit: 9 }],
    });
  });

  it("replaces device rules as a whole", () => {
    const devices = [{ allow: true, access: "rwm" }];
    expect(mergeResources({ devices: [{ allow: false, access: "rwm" }] }, { devices }).devices).toBe(devices);
  });
});

describe("resourcesToApply()", () => {
  it("is the change alone, for others may have set the rest meanwhile", () => {
    const stored = { memory: { limit: 64 }, cpu: { shares: 512, quota: 5, period: 10 }, pids: { limit: 5 } };
    expect(apply(stored, { pids: { limit: 7 } })).toEqual({ pids: { limit: 7 } });
    expect(apply(stored, { cpu: { shares: 3 } })).toEqual({ cpu: { shares: 3 } });
  });

  it("completes the quota by the period, and the period by the quota", () => {
    const stored = { cpu: { quota: 5, period: 10 } };
    expect(apply(stored, { cpu: { quota: 6 } }).cpu).toEqual({ quota: 6, period: 10 });
    expect(apply(stored, { cpu: { period: 20 } }).cpu).toEqual({ quota: 5, period: 20 });
    expect(apply(stored, { cpu: { quota: 0, period: 0 } }).cpu).toEqual({ quota: 0, period: 0 });
  });

  it("completes the limit of memory by that of memory+swap, and the other way round", () => {
    const stored = { memory: { limit: 64, swap: 128 } };
    expect(apply(stored, { memory: { limit: 32 } }).memory).toMatchObject({ limit: 32, swap: 128 });
    expect(apply(stored, { memory: { swap: 256 } }).memory).toMatchObject({ limit: 64, swap: 256 });
    expect(apply(stored, { memory: { limit: -1 } }).memory).toMatchObject({ limit: -1, swap: undefined });
    expect(apply(stored, { memory: { reservation: 9 } }).memory).toEqual({ reservation: 9 });
  });
});
