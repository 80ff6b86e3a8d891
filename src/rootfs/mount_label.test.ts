import { describe, expect, it } from "vitest";
import { type Op, op } from "../plan/plan.ts";
import { labelMounts } from "./mount_label.ts";

const label = "system_u:object_r:svirt_sandbox_file_t:s0:c715,c811";

/** Only what labelMounts() looks at. */
function mount(fsType: string, parameters: readonly string[] = []): Op {
  return { op: "mount", at: "/mounts/0", destination: "/x", fsType, parameters } as unknown as Op;
}

const labelled = (fsType: string, parameters?: readonly string[]) =>
  labelMounts([mount(fsType, parameters)], label);

const parametersOf = (type: string, options?: readonly string[]) => {
  const [first] = labelled(type, options);
  return first?.op === "mount" ? first.parameters : undefined;
};

describe("labelMounts()", () => {
  it("gives the context to new file systems", () => {
    expect(parametersOf("tmpfs", ["size=1k"])).toEqual(["size=1k", `context=${label}`]);
    expect(parametersOf("devpts")).toEqual([`context=${label}`]);
  });

  it.each(["proc", "sysfs", "cgroup", "cgroup2"])("not to %s", (fsType) => {
    expect(parametersOf(fsType)).toEqual([]);
  });

  it("not to other ops, nor over a context of the options", () => {
    const directory = op("makeDirectory", "", { path: "/x", mode: 0o755 });
    expect(labelMounts([directory], label)).toEqual([directory]);
    expect(parametersOf("tmpfs", ["rootcontext=a:b:c:d"])).toEqual(["rootcontext=a:b:c:d"]);
  });

  it("labels the root of mqueue after the mount", () => {
    expect(labelled("mqueue").map(({ op }) => op)).toEqual(["mount", "labelDirectory"]);
  });

  it("does nothing without a label", () => {
    const mounts = labelled("tmpfs");
    expect(labelMounts(mounts, "")).toBe(mounts);
  });
});
