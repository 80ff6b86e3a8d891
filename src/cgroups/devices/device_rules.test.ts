import { describe, expect, test } from "vitest";
import type { LinuxDeviceCgroup } from "../../spec/types.ts";
import { planDevices } from "../v1/devices.ts";
import { allowsEverything, formatDevice, planDeviceRules, reduceDeviceRules } from "./device_rules.ts";

const reduce = (...devices: readonly LinuxDeviceCgroup[]) => {
  const configured = planDeviceRules({ resources: { devices } }).slice(0, devices.length);
  const { allowByDefault, exceptions } = reduceDeviceRules(configured);
  return [allowByDefault ? "allow" : "deny", ...exceptions.map(formatDevice)];
};
const rule = (allow: boolean, type: "c" | "b", major: number, minor: number, access: string) => {
  return { allow, type, major, minor, access };
};
const denyAll = { allow: false, access: "rwm" };
const allowAll = { allow: true, access: "rwm" };

describe("planDeviceRules()", () => {
  test("puts the defaults after the configured rules", () => {
    const rules = planDeviceRules({ resources: { devices: [denyAll, rule(true, "c", 10, 229, "rw")] } });
    expect(rules.map(formatDevice)).toEqual([
      "a *:* rwm",
      "c 10:229 rw",
      "c *:* m",
      "b *:* m",
      "c 1:3 rwm",
      "c 1:8 rwm",
      "c 1:7 rwm",
      "c 5:0 rwm",
      "c 1:5 rwm",
      "c 1:9 rwm",
      "c 136:* rwm",
      "c 5:2 rwm",
      "c 10:200 rwm",
    ]);
  });

  test("drops the rule of a default device whose node is configured", () => {
    const rules = planDeviceRules({ devices: [{ path: "/dev//null", type: "c", major: 9, minor: 9 }] });
    expect(rules.map(formatDevice)).not.toContain("c 1:3 rwm");
  });

  test.each([
    [{ allow: true, type: "c", access: "" }, "/linux/resources/devices/0/access"],
    [{ allow: true, type: "c", access: "rx" }, "/linux/resources/devices/0/access"],
    [{ allow: true, type: "c", major: -2, access: "r" }, "/linux/resources/devices/0/major"],
    [{ allow: true, type: "c", minor: 2n ** 40n, access: "r" }, "/linux/resources/devices/0/minor"],
  ] as const)("refuses %o", (device, at) => {
    expect(() => planDeviceRules({ resources: { devices: [device] } })).toThrow(
      expect.objectContaining({ code: "config", at }),
    );
  });
});

describe("reduceDeviceRules()", () => {
  test("denies all devices before the first rule", () => {
    expect(reduce()).toEqual(["deny"]);
  });

  test("starts over at a rule for all devices", () => {
    expect(reduce(rule(true, "c", 1, 3, "r"), allowAll)).toEqual(["allow"]);
    expect(reduce(allowAll, rule(false, "c", 1, 3, "w"), denyAll)).toEqual(["deny"]);
  });

  test("joins the permissions of one device, and takes them away again", () => {
    expect(reduce(rule(true, "c", 1, 3, "r"), rule(true, "c", 1, 3, "w"))).toEqual(["deny", "c 1:3 rw"]);
    expect(reduce(rule(true, "c", 1, 3, "rw"), rule(false, "c", 1, 3, "wm"))).toEqual(["deny", "c 1:3 r"]);
    expect(reduce(rule(true, "c", 1, 3, "rw"), rule(false, "c", 1, 3, "rwm"))).toEqual(["deny"]);
  });

  test("takes -1 for a wildcard, as Go clients send it", () => {
    expect(reduce(rule(true, "b", 8, -1, "r"))).toEqual(["deny", "b 8:* r"]);
  });

  test.each([
    [[rule(true, "c", 1, -1, "rw"), rule(false, "c", 1, 3, "w")]],
    [[rule(true, "c", -1, 3, "rw"), rule(false, "c", 1, 3, "w")]],
    [[rule(true, "c", -1, -1, "rw"), rule(false, "c", 1, -1, "w")]],
    [[allowAll, rule(false, "c", -1, -1, "w"), rule(true, "c", 1, 3, "w")]],
  ])("refuses to take a part from a wildcard: %o", (rules) => {
    expect(() => reduce(...rules)).toThrow("cannot punch hole in existing wildcard rule");
  });

  test("lets a configured wildcard stand against a default rule", () => {
    const rules = planDeviceRules({ resources: { devices: [allowAll, rule(false, "c", 1, -1, "w")] } });
    expect(reduceDeviceRules(rules).exceptions.map(formatDevice)).toEqual(["c 1:* w"]);
  });

  test("knows when nothing is restricted", () => {
    expect(allowsEverything(reduceDeviceRules(planDeviceRules({ resources: { devices: [allowAll] } })))).toBe(
      true,
    );
    expect(allowsEverything(reduceDeviceRules(planDeviceRules(undefined)))).toBe(false);
  });
});

test("planDevices() of v1 starts over, and then names the exceptions", () => {
  const text = (...devices: readonly LinuxDeviceCgroup[]) =>
    planDevices(reduceDeviceRules(planDeviceRules({ resources: { devices } })))
      .slice(0, 2)
      .map(({ file, value, does }) => [file, value, does]);
  expect(text(rule(true, "b", 8, 20, "wr"))).toEqual([
    ["devices.deny", "a", "deny all devices"],
    ["devices.allow", "b 8:20 rw", "allow device b 8:20 rw"],
  ]);
  expect(text(allowAll, rule(false, "b", 8, 20, "w"))).toEqual([
    ["devices.allow", "a", "allow all devices"],
    ["devices.deny", "b 8:20 w", "deny device b 8:20 w"],
  ]);
});
