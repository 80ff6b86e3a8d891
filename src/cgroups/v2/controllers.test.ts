import { describe, expect, test } from "vitest";
import type { LinuxResources } from "../../spec/types.ts";
import type { Setting } from "../settings.ts";
import { v2Controllers } from "./controllers.ts";

const at = (pointer: string) => `/linux/resources/${pointer}`;
const plan = (resources: LinuxResources): readonly Setting[] =>
  v2Controllers.flatMap((controller) => controller.plan(resources));
/** `file value` lines, what would be written in order. */
const lines = (resources: LinuxResources) => plan(resources).map(({ file, value }) => `${file} ${value}`);

describe("v2Controllers", () => {
  test("write nothing for empty resources, and for the zeros Go clients send", () => {
    expect(plan({})).toEqual([]);
    expect(
      lines({ cpu: { shares: 0, quota: 0, period: 0, cpus: "" }, memory: { limit: 0, swap: 0 } }),
    ).toEqual([]);
  });

  test("write pids, memory, io, cpu, cpuset, hugetlb and rdma in this order, and unified last", () => {
    const text = lines({
      unified: { "memory.high": "5", "io.max": "8:0 rbps=1\n8:16 rbps=2\n" },
      rdma: { mlx5_1: { hcaHandles: 3, hcaObjects: 10_000 } },
      hugepageLimits: [{ pageSize: "2MB", limit: 18_446_744_073_709_551_615n }],
      cpu: { shares: 1024, quota: 50_000, period: 200_000, burst: 1000, idle: 0, cpus: "0-1", mems: "0" },
      blockIO: {
        weight: 500,
        weightDevice: [{ major: 8, minor: 0, weight: 700 }],
        throttleWriteIOPSDevice: [{ major: 8, minor: 16, rate: 9 }],
        throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 2n ** 62n }],
      },
      memory: { limit: 1_048_576, reservation: 524_288, swap: 3_145_728 },
      pids: { limit: -1 },
    });
    expect(text).toEqual([
      "pids.max max",
      "memory.swap.max 2097152",
      "memory.max 1048576",
      "memory.low 524288",
      "io.bfq.weight 500",
      "io.bfq.weight 8:0 700",
      "io.max 8:0 rbps=4611686018427387904",
      "io.max 8:16 wiops=9",
      "cpu.idle 0",
      "cpu.weight 100",
      "cpu.max.burst 1000",
      "cpu.max 50000 200000",
      "cpuset.cpus 0-1",
      "cpuset.mems 0",
      "hugetlb.2MB.max 18446744073709551615",
      "hugetlb.2MB.rsvd.max 18446744073709551615",
      "rdma.max mlx5_1 hca_handle=3 hca_object=10000",
      "memory.high 5",
      "io.max 8:0 rbps=1",
      "io.max 8:16 rbps=2",
    ]);
  });

  test.each([
    [{ quota: -1 }, "cpu.max max 100000"],
    [{ period: 50_000 }, "cpu.max max 50000"],
    [{ quota: 20_000 }, "cpu.max 20000 100000"],
  ])("write cpu %o as %s", (cpu, line) => {
    expect(lines({ cpu })).toEqual([line]);
  });

  test("fall back from BFQ's weight to the io controller's own", () => {
    const [weight] = plan({ blockIO: { weight: 1000 } });
    expect(weight?.otherwise).toMatchObject({ file: "io.weight", value: "10000" });
  });

  test("say where in config.json a setting is from, and what it does", () => {
    expect(plan({ memory: { limit: 1_048_576 } })[0]).toMatchObject({
      does: "set memory limit to 1048576",
      at: at("memory/limit"),
    });
    expect(plan({ rdma: { "a/b": { hcaHandles: 1 } } })[0]?.at).toBe(at("rdma/a~1b"));
  });

  test("check the usage before a limit only when asked to", () => {
    const memory = { limit: 100, swap: 200 };
    expect(plan({ memory }).some(({ rejectAt }) => rejectAt !== undefined)).toBe(false);
    expect(
      plan({ memory: { ...memory, checkBeforeUpdate: true } }).map(({ rejectAt }) => rejectAt?.limit),
    ).toEqual([200, 100]);
  });

  test.each([
    ["../x.y", "must be a file name"],
    ["memory", "must be of the form CONTROLLER.PARAMETER"],
    [".max", "must be of the form CONTROLLER.PARAMETER"],
  ])("refuse the unified key %s", (key, message) => {
    expect(() => plan({ unified: { [key]: "1" } })).toThrow(message);
  });

  test("refuse a huge page size that would name another file", () => {
    expect(() => plan({ hugepageLimits: [{ pageSize: "2MB/../../x", limit: 1 }] })).toThrow(
      "is not a huge page size",
    );
  });
});
