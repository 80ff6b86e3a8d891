import { readdirSync } from "node:fs";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { findResidue } from "../support/residue.ts";
import { cgroupViews, isTsrunc, type Runtime } from "../support/runtime.ts";

function planOf(runtime: Runtime, edit?: (config: Config) => unknown, ...flags: string[]): string {
  const bundle = makeBundle(runtime.directory, ["true"], edit);
  const result = runtime.call(["plan", "--bundle", bundle, ...flags]);
  expect(result).toMatchObject({ status: 0, stderr: "" });
  return result.stdout;
}

// No peer has the command.
describe.skipIf(!isTsrunc).each(cgroupViews)("plan in the %s cgroup view", (view) => {
  it.override({ view });

  it("lists the mounts in the order of the config, each with its place in it", ({ runtime }) => {
    const mounts = planOf(runtime)
      .split("\n")
      .filter((line) => /#\/mounts\/\d+/.test(line));
    const places = mounts.map((line) => Number(/#\/mounts\/(\d+)/.exec(line)![1]));
    expect([...new Set(places)]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("touches nothing", ({ runtime }) => {
    const before = findResidue(runtime.directory, runtime.root);
    planOf(runtime);
    expect(findResidue(runtime.directory, runtime.root)).toEqual(before);
    expect(readdirSync(`${runtime.directory}/bundle/rootfs/dev`)).toEqual([]);
  });
});

describe.skipIf(!isTsrunc)("plan", () => {
  it("names the cgroup that the container would get", ({ runtime }) => {
    const text = planOf(runtime, (config) => {
      config.linux.cgroupsPath = "/tsrunctest-plan";
    });
    expect(text).toMatch(/^cgroup .*tsrunctest-plan$/m);
  });

  it("is the same text every time", ({ runtime }) => {
    expect(planOf(runtime)).toBe(planOf(runtime));
  });

  it("--format json is a document that says the same", ({ runtime }) => {
    const document = JSON.parse(planOf(runtime, undefined, "--format", "json"));
    const names = document.ops.map(({ op }: { op: string }) => op);
    const text = planOf(runtime);
    for (const name of names) expect(text).toMatch(new RegExp(`^${name}\\b`, "m"));
  });

  it("of a wrong config fails as create would", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["true"], (config) => {
      config.process.cwd = "relative";
    });
    const { status, stdout, stderr } = runtime.call(["plan", "--bundle", bundle]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("/process/cwd");
  });

  it("without a bundle fails", ({ runtime }) => {
    const { status, stderr } = runtime.call(["plan"], { cwd: runtime.directory });
    expect(status).toBe(1);
    expect(stderr).toContain("config.json");
  });

  it("shows a control character of the config spelled out, not raw", ({ runtime }) => {
    const text = planOf(runtime, (config) => {
      config.process.env.push("EVIL=\u001b[31mred");
    });
    expect(text).not.toContain("\u001b");
  });
});
