/** process.scheduler, process.ioPriority, process.execCPUAffinity, process.rlimits, process.oomScoreAdj. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import type { Config } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { seeWith } from "../support/probe.ts";
import { isTsrunc } from "../support/runtime.ts";
import { sh, shOutput } from "../support/shell.ts";

// runc 1.1.5 is older than these two members of the specification.
const only13 = describe.skipIf(!isTsrunc);

const budgets = existsSync("/sys/fs/cgroup/cpu/cpu.rt_runtime_us");

interface Scheduler {
  readonly policy: string;
  readonly [name: string]: unknown;
}

function withScheduler(scheduler: Scheduler, more: (config: Config) => void = () => undefined) {
  return (config: Config) => {
    config.process.scheduler = scheduler;
    // Kernels with a real-time budget for each cgroup (CONFIG_RT_GROUP_SCHED) give a new one none.
    if (budgets && /FIFO|RR/.test(scheduler.policy)) {
      config.linux.resources.cpu = { realtimePeriod: 1_000_000, realtimeRuntime: 1000 };
    }
    more(config);
  };
}

only13("scheduler", () => {
  const zero = { flags: 0, nice: 0, priority: 0, runtime: 0, deadline: 0, period: 0 };
  const cases: readonly (readonly [Scheduler, object])[] = [
    [{ policy: "SCHED_OTHER" }, { policy: 0 }],
    [
      { policy: "SCHED_OTHER", nice: 19 },
      { policy: 0, nice: 19 },
    ],
    [
      { policy: "SCHED_OTHER", nice: -20 },
      { policy: 0, nice: -20 },
    ],
    [
      { policy: "SCHED_BATCH", nice: 7 },
      { policy: 3, nice: 7 },
    ],
    [
      { policy: "SCHED_FIFO", priority: 99 },
      { policy: 1, priority: 99 },
    ],
    [
      { policy: "SCHED_RR", priority: 1 },
      { policy: 2, priority: 1 },
    ],
    [{ policy: "SCHED_IDLE" }, { policy: 5 }],
    [
      { policy: "SCHED_FIFO", priority: 5, flags: ["SCHED_FLAG_RESET_ON_FORK"] },
      { policy: 1, priority: 5, flags: 1 },
    ],
    [
      { policy: "SCHED_DEADLINE", runtime: 10_000_000, deadline: 50_000_000, period: 100_000_000 },
      { policy: 6, runtime: 10_000_000, deadline: 50_000_000, period: 100_000_000 },
    ],
    [
      {
        policy: "SCHED_DEADLINE",
        runtime: 100_000_000,
        deadline: 2_000_000_000,
        period: 4_000_000_000,
        flags: ["SCHED_FLAG_RECLAIM", "SCHED_FLAG_DL_OVERRUN"],
      },
      { policy: 6, runtime: 100_000_000, deadline: 2_000_000_000, period: 4_000_000_000, flags: 6 },
    ],
  ];

  it.for(cases)("%j is what the kernel says inside", ([scheduler, expected], { runtime }) => {
    const seen = seeWith(runtime, ["sched"], withScheduler(scheduler));
    const text = Object.entries({ policy: 0, ...zero, ...expected });
    const line = text.map(([name, value]) => `${name}=${value}`).join(" ");
    // Newer kernels show the time slice of the fair policies as their runtime.
    const isFair = scheduler.policy !== "SCHED_DEADLINE";
    expect(seen.scheduler?.[0]).toContain(isFair ? line.replace(/ runtime.*/, "") : line);
  });

  it("holds for a user without rights", ({ runtime }) => {
    const edit = withScheduler({ policy: "SCHED_RR", priority: 42 }, (config) => {
      config.process.user = { uid: 1000, gid: 1000 };
      config.process.capabilities = {};
    });
    expect(seeWith(runtime, ["sched"], edit).scheduler?.[0]).toContain("policy=2 flags=0 nice=0 priority=42");
  });

  it("is not that of whoever calls, when the config is silent", ({ runtime }) => {
    const edit = withScheduler({ policy: "SCHED_OTHER" });
    const seen = seeWith(runtime, ["sched"], edit, { through: ["nice", "-n", "5"] });
    expect(seen.scheduler?.[0]).toContain("nice=0");
  });

  it.runIf(budgets)("says what is missing when the cgroup has no budget", ({ runtime }) => {
    const edit = withScheduler({ policy: "SCHED_FIFO", priority: 1 }, (config) => {
      delete config.linux.resources.cpu;
    });
    const { status, stderr } = sh(runtime, "true", edit);
    expect(status).toBe(1);
    expect(stderr).toContain("linux.resources.cpu.realtimeRuntime");
  });

  it("refuses what the kernel refuses, and names the place", ({ runtime }) => {
    const edit = withScheduler({ policy: "SCHED_DEADLINE", runtime: 10, deadline: 5, period: 1 });
    const result = sh(runtime, "true", edit);
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/cannot set the scheduler: invalid argument/i);
  });

  it.for([
    { policy: "SCHED_OTHER", nice: 20 },
    { policy: "SCHED_OTHER", priority: 1 },
    { policy: "SCHED_FIFO" },
    { policy: "SCHED_FIFO", priority: 10, deadline: 1 },
    { policy: "SCHED_WHATEVER" },
    { policy: "SCHED_OTHER", flags: ["SCHED_FLAG_WHATEVER"] },
  ] as Scheduler[])("refuses %j", (scheduler, { runtime }) => {
    expect(sh(runtime, "true", withScheduler(scheduler)).status).toBe(1);
  });
});

only13("ioPriority", () => {
  const cases = [
    ["IOPRIO_CLASS_RT", 1],
    ["IOPRIO_CLASS_BE", 2],
    ["IOPRIO_CLASS_IDLE", 3],
  ] as const;

  it.for(cases)("%s holds for the process and its group", ([name, number], { runtime }) => {
    for (const priority of [0, 7]) {
      const seen = seeWith(runtime, ["ioprio"], (config) => {
        config.process.ioPriority = { class: name, priority };
      });
      // The kernel knows no levels of the idle class and says what was set all the same.
      expect(seen.io_priority).toEqual([`${number} ${priority}`, `${number} ${priority}`]);
    }
  });

  it.for([-1, 8])("refuses the priority %s", (priority, { runtime }) => {
    const result = sh(runtime, "true", (config) => {
      config.process.ioPriority = { class: "IOPRIO_CLASS_BE", priority };
    });
    expect(result.status).toBe(1);
  });
});

describe("execCPUAffinity", () => {
  // Nor does the affinity of the caller, which runc 1.1.5 still lets through.
  it.skipIf(!isTsrunc)("says nothing about init", ({ runtime }) => {
    const all = readFileSync("/sys/devices/system/cpu/online", "utf8").trim();
    const edit = (config: Config) => {
      config.process.execCPUAffinity = { initial: "0", final: "0" };
    };
    const seen = shOutput(runtime, "grep Cpus_allowed_list /proc/self/status", edit, {
      through: ["taskset", "-c", "0"],
    });
    expect(seen).toBe(`Cpus_allowed_list:\t${all}`);
  });

  it.skipIf(!isTsrunc)("is checked even so", ({ runtime }) => {
    const result = sh(runtime, "true", (config) => {
      config.process.execCPUAffinity = { initial: "a-b" };
    });
    expect(result).toMatchObject({ status: 1 });
  });
});

describe("rlimits", () => {
  const infinity = "18446744073709551615";
  const core = 4;

  it.for([
    ["9007199254740993", infinity],
    ["9223372036854775807", "9223372036854775809"],
    ["18446744073709551614", infinity],
    [infinity, infinity],
  ] as const)("keep all 64 bits: %s and %s", ([soft, hard], { runtime }) => {
    const seen = seeWith(runtime, ["limits"], (config) => {
      config.process.rlimits = [{ type: "RLIMIT_CORE", soft: 1, hard: 2 }];
      return JSON.stringify(config).replace('"soft":1,"hard":2', `"soft":${soft},"hard":${hard}`);
    });
    expect(seen.rlimit).toContain(`${core} ${soft} ${hard}`);
  });

  it("hold for every resource whose hard limit is at hand", ({ runtime }) => {
    // The caller's other hard limits are lower, and raising one needs CAP_SYS_RESOURCE.
    const types = { CPU: 0, FSIZE: 1, DATA: 2, STACK: 3, CORE: 4, RSS: 5, LOCKS: 10 };
    const seen = seeWith(runtime, ["limits"], (config) => {
      config.process.rlimits = Object.entries(types).map(([name, number]) => ({
        type: `RLIMIT_${name}`,
        soft: 20_000_000 + number,
        hard: 30_000_000 + number,
      }));
    });
    for (const number of Object.values(types)) {
      expect(seen.rlimit).toContain(`${number} ${20_000_000 + number} ${30_000_000 + number}`);
    }
  });
});

describe("oomScoreAdj", () => {
  it("is what the config says", ({ runtime }) => {
    const seen = seeWith(runtime, ["oom"], (config) => {
      config.process.oomScoreAdj = 345;
    });
    expect(seen.oom_score_adj).toEqual(["345"]);
  });

  it("is left alone when the config is silent", ({ runtime }) => {
    const through = ["sh", "-c", 'echo 123 > /proc/self/oom_score_adj && exec "$@"', "sh"];
    const seen = seeWith(runtime, ["oom"], () => undefined, { through });
    expect(seen.oom_score_adj).toEqual(["123"]);
  });
});
