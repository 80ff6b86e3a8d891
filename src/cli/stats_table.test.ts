import { expect, it } from "vitest";
import { readCgroupStats } from "../cgroups/stats.ts";
import { formatStatsTable } from "./stats_table.ts";

it("formatStatsTable() shows what is counted, and a dash for what is not", () => {
  const nothing = { ...readCgroupStats({}), intel_rdt: {}, network_interfaces: null };
  const zero = { avg10: 0, avg60: 0, avg300: 0, total: 0 };
  const data = {
    ...nothing,
    cpu: {
      usage: { total: 1_500_000_000, kernel: 0, user: 0 },
      throttling: {},
      psi: { some: { ...zero, avg10: 12.5 }, full: zero },
    },
    memory: { ...nothing.memory, usage: { limit: 67_108_864, usage: 1_048_576, max: 2_097_152, failcnt: 0 } },
    pids: { current: 3, limit: 20 },
  };
  const table = formatStatsTable([
    { type: "stats", id: "full", data },
    { type: "stats", id: "empty", data: nothing },
  ]);
  expect(table.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
    ["ID", "PIDS", "CPU TIME", "MEMORY", "LIMIT", "PEAK", "PRESSURE cpu/memory/io"],
    ["full", "3/20", "1.50s", "1 MiB", "64 MiB", "2 MiB", "12.5% - -"],
    ["empty", "0", "0.00s", "-", "-", "-", "- - -"],
    [""],
  ]);
});
