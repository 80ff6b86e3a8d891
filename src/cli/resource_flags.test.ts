import { describe, expect, it } from "vitest";
import type { OptionsOf } from "./command_table.ts";
import { parseArgs } from "./parse_args.ts";
import { flagAt, resourceFlags, resourcesFromFlags } from "./resource_flags.ts";

function optionsOf(args: readonly string[]): OptionsOf<"update"> {
  const parsed = parseArgs(["update", ...args, "c1"]);
  if (parsed.kind !== "command") throw new Error(JSON.stringify(parsed));
  return parsed.options as OptionsOf<"update">;
}

describe("resourcesFromFlags()", () => {
  it("is empty without flags, and for flags left empty", () => {
    expect(resourcesFromFlags(optionsOf([]))).toEqual({});
    expect(resourcesFromFlags(optionsOf(["--memory", "", "--cpu-share="]))).toEqual({});
  });

  it("puts every flag where its pointer says", () => {
    const args = Object.keys(resourceFlags).map((flag) => `--${flag}=1`);
    expect(resourcesFromFlags(optionsOf(args))).toEqual({
      blockIO: { weight: 1 },
      cpu: {
        period: 1,
        quota: 1,
        burst: 1,
        shares: 1,
        realtimePeriod: 1,
        realtimeRuntime: 1,
        idle: 1,
        cpus: "1",
        mems: "1",
      },
      memory: { limit: 1, reservation: 1, swap: 1 },
      pids: { limit: 1 },
    });
  });
});

describe("flagAt()", () => {
  it("finds the flag of a place, and none for a place without one", () => {
    expect(flagAt("/memory/swap")).toBe("--memory-swap");
    expect(flagAt("/hugepageLimits/0")).toBeUndefined();
  });
});
