import { expect, test } from "vitest";
import { CAPABILITIES } from "../capability_names.ts";
import { RLIMITS } from "../rlimit_names.ts";
import { findingsOf } from "./spec_under_test.ts";

test.each([
  ["a cwd", { cwd: "" }, "error /process/cwd: Cwd property must not be empty"],
  ["an absolute cwd", { cwd: "x" }, "error /process/cwd: Cwd must be an absolute path"],
  ["args", { args: [] }, "error /process/args: args must not be empty"],
  ["args, and takes null for absent", { args: null }, "error /process/args: args must not be empty"],
  [
    "NAME=VALUE in env",
    { env: ["A=", "B"] },
    'error /process/env/1: an environment variable must be NAME=VALUE, not "B"',
  ],
  [
    "a name in env",
    { env: ["=x"] },
    'error /process/env/0: an environment variable must be NAME=VALUE, not "=x"',
  ],
  [
    "a real uid",
    { user: { uid: 4294967295, gid: 0 } },
    "error /process/user/uid: 4294967295 is not a user id",
  ],
  [
    "known rlimits",
    { rlimits: [{ type: "RLIMIT_X", hard: 1, soft: 1 }] },
    "error /process/rlimits/0/type: wrong rlimit value: RLIMIT_X",
  ],
  [
    "soft limits below the hard ones",
    { rlimits: [{ type: "RLIMIT_CPU", hard: 1, soft: 18446744073709551615n }] },
    "error /process/rlimits/0/soft: the soft limit 18446744073709551615 of RLIMIT_CPU is above the hard limit 1",
  ],
  [
    "each rlimit only once",
    { rlimits: [1, 2].map((soft) => ({ type: "RLIMIT_CPU", hard: 3, soft })) },
    "error /process/rlimits/1/type: duplicated rlimit: RLIMIT_CPU",
  ],
  [
    "an oomScoreAdj in range",
    { oomScoreAdj: 1001 },
    "error /process/oomScoreAdj: oomScoreAdj must be from -1000 to 1000, not 1001",
  ],
  [
    "a console that fits",
    { consoleSize: { height: 70000, width: 1 } },
    "error /process/consoleSize: a console has at most 65535 rows and columns",
  ],
  [
    "a list of CPUs",
    { execCPUAffinity: { initial: "0-3,7", final: "3-1" } },
    'error /process/execCPUAffinity/final: final must be a list of CPUs such as 0-3,7, not "3-1"',
  ],
  [
    "capabilities with names",
    { capabilities: { bounding: [""] } },
    "error /process/capabilities/bounding/0: the name of a capability must not be empty",
  ],
  [
    "a known policy",
    { scheduler: { policy: "SCHED_OTHER", nice: 20 } },
    "error /process/scheduler/nice: nice must be from -20 to 19, not 20",
  ],
  [
    "priority for FIFO only",
    { scheduler: { policy: "SCHED_OTHER", priority: 1 } },
    "error /process/scheduler/priority: SCHED_OTHER has no priority: only SCHED_FIFO and SCHED_RR do",
  ],
  [
    "a priority for FIFO",
    { scheduler: { policy: "SCHED_FIFO" } },
    "error /process/scheduler/priority: the priority of SCHED_FIFO must be from 1 to 99, not 0",
  ],
  [
    "runtime for DEADLINE only",
    { scheduler: { policy: "SCHED_IDLE", runtime: 1 } },
    "error /process/scheduler/runtime: SCHED_IDLE has no runtime: only SCHED_DEADLINE does",
  ],
  [
    "an I/O priority in range",
    { ioPriority: { class: "IOPRIO_CLASS_BE", priority: 8 } },
    "error /process/ioPriority/priority: the I/O priority must be from 0 to 7, not 8",
  ],
])("the process rules demand %s", (_name, process, finding) => {
  expect(findingsOf({ process })).toEqual([finding]);
});

test("the process rules only warn of what cannot be granted or has no effect", () => {
  expect(
    findingsOf({
      process: { capabilities: { bounding: ["CAP_NEW"], ambient: ["CAP_KILL"], permitted: ["CAP_KILL"] } },
    }),
  ).toEqual([
    'warning /process/capabilities/bounding/0: unknown capability "CAP_NEW" is ignored',
    "warning /process/capabilities/ambient/0: CAP_KILL cannot be ambient without being inheritable",
  ]);
  expect(findingsOf({ process: { terminal: false, consoleSize: { height: 1, width: 1 } } })).toEqual([
    "warning /process/consoleSize: consoleSize is ignored without a terminal",
  ]);
});

test("the tables of capabilities and rlimits are complete and without gaps", () => {
  expect([...CAPABILITIES.values()]).toEqual(Array.from({ length: 41 }, (_item, bit) => bit));
  expect([...RLIMITS.values()]).toEqual(Array.from({ length: 16 }, (_item, number) => number));
});
