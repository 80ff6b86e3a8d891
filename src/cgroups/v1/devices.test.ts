import { describe, expect, it } from "vitest";
import { planDeviceRules, reduceDeviceRules } from "../devices/device_rules.ts";
import { planDevices } from "./devices.ts";

const none = { allow: false, access: "rwm" };

function policy(
  ...devices: { allow: boolean; access: string; type?: "c"; major?: number; minor?: number }[]
) {
  return reduceDeviceRules(planDeviceRules({ resources: { devices } }));
}

function writes(...of: Parameters<typeof planDevices>): string[] {
  return planDevices(...of).map(({ file, value }) => `${file} ${value}`);
}

describe("planDevices()", () => {
  const fuse = { allow: true, type: "c", major: 10, minor: 229 } as const;

  it("starts over for a new container", () => {
    expect(writes(policy(none))[0]).toBe("devices.deny a");
  });

  it("writes the difference alone when a policy is replaced", () => {
    const before = policy(none, { ...fuse, access: "rwm" });
    expect(writes(policy(none, { ...fuse, access: "r" }), before)).toEqual(["devices.deny c 10:229 wm"]);
    expect(writes(policy(none), before)).toEqual(["devices.deny c 10:229 rwm"]);
    expect(writes(before, policy(none, { ...fuse, access: "r" }))).toEqual(["devices.allow c 10:229 wm"]);
    expect(writes(before, before)).toEqual([]);
  });

  it("starts over when the default changes", () => {
    expect(writes(policy({ allow: true, access: "rwm" }), policy(none))[0]).toBe("devices.allow a");
  });
});
