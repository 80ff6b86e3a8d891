import { describe, expect, it } from "vitest";
import type { Process } from "../spec/types.ts";
import { planMemoryPolicy, planPersonality, planScheduling } from "./plan_scheduling.ts";

const process: Process = { user: { uid: 0, gid: 0 }, cwd: "/" };

describe("planScheduling()", () => {
  it("plans nothing for a silent config", () => {
    expect(planScheduling(process, "/process")).toEqual([]);
  });

  it("fills in zeroes, and keeps 64 bits", () => {
    const runtime = 2n ** 63n + 1n;
    const scheduler = { policy: "SCHED_DEADLINE", runtime, deadline: 5 } as const;
    expect(planScheduling({ ...process, scheduler }, "/process")).toEqual([
      {
        op: "scheduler",
        at: "/process/scheduler",
        policy: 6,
        schedulerFlags: 0n,
        nice: 0,
        priority: 0,
        runtime,
        deadline: 5n,
        period: 0n,
      },
    ]);
  });

  it("adds up the flags", () => {
    const scheduler = {
      policy: "SCHED_OTHER",
      flags: [
        "SCHED_FLAG_RESET_ON_FORK",
        "SCHED_FLAG_RECLAIM",
        "SCHED_FLAG_DL_OVERRUN",
        "SCHED_FLAG_KEEP_POLICY",
        "SCHED_FLAG_KEEP_PARAMS",
        "SCHED_FLAG_UTIL_CLAMP_MIN",
        "SCHED_FLAG_UTIL_CLAMP_MAX",
      ],
    } as const;
    expect(planScheduling({ ...process, scheduler }, "")[0]).toMatchObject({ schedulerFlags: 0x7fn });
  });

  it("puts the I/O class above the level", () => {
    const ioPriority = { class: "IOPRIO_CLASS_IDLE", priority: 4 } as const;
    expect(planScheduling({ ...process, ioPriority }, "")[0]).toMatchObject({ value: (3 << 13) | 4 });
  });
});

describe("planPersonality()", () => {
  it("knows both domains", () => {
    expect(planPersonality({ domain: "LINUX" })[0]).toMatchObject({ domain: 0 });
    expect(planPersonality({ domain: "LINUX32" })[0]).toMatchObject({ domain: 8 });
    expect(planPersonality(undefined)).toEqual([]);
  });
});

describe("planMemoryPolicy()", () => {
  const nodesOf = (nodes: string) => {
    const [planned] = planMemoryPolicy({ mode: "MPOL_BIND", nodes });
    return planned?.op === "memoryPolicy" ? [...planned.nodes] : undefined;
  };

  it("has a mask of whole longs, and none without nodes", () => {
    expect(nodesOf("")).toEqual([]);
    expect(nodesOf("0-3,7")).toEqual([0x8f, 0, 0, 0, 0, 0, 0, 0]);
    expect(nodesOf("63")).toEqual([0, 0, 0, 0, 0, 0, 0, 0x80]);
    expect(nodesOf("64")).toHaveLength(16);
    expect(nodesOf("32759")).toHaveLength(4096);
  });

  it("refuses nodes that no kernel takes, without making the mask", () => {
    expect(() => nodesOf("0-999999999")).toThrow("there is no memory node 999999999");
  });

  it("joins mode and flags", () => {
    const policy = { mode: "MPOL_INTERLEAVE", nodes: "0", flags: ["MPOL_F_STATIC_NODES"] } as const;
    expect(planMemoryPolicy(policy)[0]).toMatchObject({ policy: 0x8003 });
  });
});
