import { describe, expect, test } from "vitest";
import type { LinuxResources } from "../../spec/types.ts";
import type { Setting } from "../settings.ts";
import { v1Controllers } from "./controllers.ts";
import { planRealtime } from "./cpu.ts";

const plan = (resources: LinuxResources): readonly Setting[] =>
  v1Controllers.flatMap((controller) => controller.plan(resources));
const lines = (resources: LinuxResources) => plan(resources).map(({ file, value }) => `${file} ${value}`);

describe("v1Controllers", () => {
  test("write nothing for empty resources, and for the zeros Go clients send", () => {
    expect(plan({})).toEqual([]);
    expect(
      lines({ cpu: { shares: 0, quota: 0, period: 0 }, memory: { limit: 0, swap: 0, kernel: 5 } }),
    ).toEqual([]);
  });

  test("write every member in the kernel's own names", () => {
    const device = { major: 8, minor: 0 };
    expect(
      lines({
        pids: { limit: 0 },
        memory: { limit: 10, swap: 20, reservation: 5, kernelTCP: 7, swappiness: 0, disableOOMKiller: true },
        blockIO: {
          weight: 100,
          leafWeight: 200,
          weightDevice: [{ ...device, weight: 300, leafWeight: 400 }],
          throttleReadBpsDevice: [{ ...device, rate: 1 }],
          throttleWriteBpsDevice: [{ ...device, rate: 2 }],
          throttleReadIOPSDevice: [{ ...device, rate: 3 }],
          throttleWriteIOPSDevice: [{ ...device, rate: 4 }],
        },
        cpu: { shares: 2, quota: -1, period: 100, burst: 0, idle: 1, realtimeRuntime: 5, realtimePeriod: 6 },
        hugepageLimits: [{ pageSize: "1GB", limit: 0 }],
        network: { classID: 1_048_577, priorities: [{ name: "eth0", priority: 5 }] },
      }),
    ).toEqual([
      "pids.max 1",
      "memory.limit_in_bytes 10",
      "memory.memsw.limit_in_bytes 20",
      "memory.soft_limit_in_bytes 5",
      "memory.kmem.tcp.limit_in_bytes 7",
      "memory.swappiness 0",
      "memory.oom_control 1",
      "blkio.weight 100",
      "blkio.leaf_weight 200",
      "blkio.weight_device 8:0 300",
      "blkio.leaf_weight_device 8:0 400",
      "blkio.throttle.read_bps_device 8:0 1",
      "blkio.throttle.write_bps_device 8:0 2",
      "blkio.throttle.read_iops_device 8:0 3",
      "blkio.throttle.write_iops_device 8:0 4",
      "cpu.idle 1",
      "cpu.shares 2",
      "cpu.cfs_burst_us 0",
      "cpu.cfs_period_us 100",
      "cpu.cfs_quota_us -1",
      "cpu.rt_period_us 6",
      "cpu.rt_runtime_us 5",
      "hugetlb.1GB.limit_in_bytes 0",
      "hugetlb.1GB.rsvd.limit_in_bytes 0",
      "net_cls.classid 1048577",
      "net_prio.ifpriomap eth0 5",
    ]);
  });

  test("lift the memory+swap limit together with the memory limit", () => {
    expect(lines({ memory: { limit: -1 } })).toEqual([
      "memory.limit_in_bytes -1",
      "memory.memsw.limit_in_bytes -1",
    ]);
  });

  test.each([1, 262_145])(
    "refuse cpu shares of %i, which the kernel would clamp without a word",
    (shares) => {
      expect(() => plan({ cpu: { shares } })).toThrow(
        expect.objectContaining({ at: "/linux/resources/cpu/shares" }),
      );
    },
  );

  test("refuse a swappiness above 100", () => {
    expect(() => plan({ memory: { swappiness: 101 } })).toThrow("it must be 0 to 100");
  });
});

test("planRealtime() is empty unless real-time limits are set", () => {
  expect(planRealtime({ shares: 5, realtimeRuntime: 0 })).toEqual([]);
});
