/** linux.memoryPolicy, as get_mempolicy(2) shows it inside. Node 0 is the one every machine has. */
import { describe, expect } from "vitest";
import { it } from "../support/fixture.ts";
import { seeWith } from "../support/probe.ts";
import { isTsrunc } from "../support/runtime.ts";
import { sh } from "../support/shell.ts";

const staticNodes = 0x8000;
const relativeNodes = 0x4000;

// runc 1.1.5 is older than the member.
describe.skipIf(!isTsrunc)("memoryPolicy", () => {
  const cases = [
    [{ mode: "MPOL_DEFAULT" }, "0x0 0x0"],
    [{ mode: "MPOL_PREFERRED", nodes: "0" }, "0x1 0x1"],
    [{ mode: "MPOL_BIND", nodes: "0" }, "0x2 0x1"],
    [{ mode: "MPOL_INTERLEAVE", nodes: "0" }, "0x3 0x1"],
    [{ mode: "MPOL_LOCAL" }, "0x4 0x0"],
    [{ mode: "MPOL_PREFERRED_MANY", nodes: "0" }, "0x5 0x1"],
    [{ mode: "MPOL_WEIGHTED_INTERLEAVE", nodes: " 0 " }, "0x6 0x1"],
    [
      { mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_STATIC_NODES"] },
      `0x${(2 | staticNodes).toString(16)} 0x1`,
    ],
    [
      { mode: "MPOL_INTERLEAVE", nodes: "0-0", flags: ["MPOL_F_RELATIVE_NODES"] },
      `0x${(3 | relativeNodes).toString(16)} 0x1`,
    ],
    [{ mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_NUMA_BALANCING"] }, "0x2002 0x1"],
  ] as const;

  it.for(cases)("%j", ([memoryPolicy, expected], { runtime }) => {
    const seen = seeWith(runtime, ["mempolicy"], (config) => {
      config.linux.memoryPolicy = memoryPolicy;
    });
    expect(seen.memory_policy).toEqual([expected]);
  });

  it("leaves out nodes of the list that are not there", ({ runtime }) => {
    const seen = seeWith(runtime, ["mempolicy"], (config) => {
      config.linux.memoryPolicy = { mode: "MPOL_BIND", nodes: "0,63" };
    });
    expect(seen.memory_policy).toEqual(["0x2 0x1"]);
  });

  it.for([
    { mode: "MPOL_WHATEVER" },
    { mode: "MPOL_DEFAULT", nodes: "0" },
    { mode: "MPOL_BIND" },
    { mode: "MPOL_BIND", nodes: "0-" },
    { mode: "MPOL_BIND", nodes: "63" },
    { mode: "MPOL_BIND", nodes: "20000" },
    { mode: "MPOL_BIND", nodes: "0-999999999" },
    { mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_STATIC_NODES", "MPOL_F_RELATIVE_NODES"] },
  ])("refuses %j and says why", (memoryPolicy, { runtime }) => {
    const result = sh(runtime, "true", (config) => {
      config.linux.memoryPolicy = memoryPolicy;
    });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/memory|MPOL|nodes/i);
  });
});
