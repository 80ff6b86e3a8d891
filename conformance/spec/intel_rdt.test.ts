/** linux.intelRdt. Few machines have resctrl; what it does there is tested beside src/lifecycle/intel_rdt.ts. */
import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { it } from "../support/fixture.ts";
import { isTsrunc } from "../support/runtime.ts";
import { sh } from "../support/shell.ts";

const hasResctrl = / - resctrl /.test(readFileSync("/proc/self/mountinfo", "utf8"));

describe.skipIf(hasResctrl)("intelRdt without resctrl", () => {
  it("is an error, and leaves nothing", ({ runtime }) => {
    const { status, stdout, stderr } = sh(runtime, "echo ran", (config) => {
      config.linux.intelRdt = { closID: "gold", memBwSchema: "MB:0=20" };
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/intelRdt/i);
    if (isTsrunc) expect(runtime.call(["list", "--quiet"]).stdout).toBe("");
  });
});

describe.skipIf(!isTsrunc)("intelRdt", () => {
  it.for([
    { closID: ".." },
    { closID: "a/b" },
    { memBwSchema: "L3:0=f" },
    { memBwSchema: "MB:0=20\nMB:1=20" },
    { schemata: ["L3:0=f\nMB:0=20"] },
  ])("refuses %j", (intelRdt, { runtime }) => {
    const { status, stderr } = sh(runtime, "true", (config) => {
      config.linux.intelRdt = intelRdt;
    });
    expect(status).toBe(1);
    expect(stderr).toContain("/linux/intelRdt/");
  });
});
