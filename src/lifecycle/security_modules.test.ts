import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Spec } from "../spec/types.ts";
import { readSecurityModules } from "./security_modules.ts";

let sysfs: string;

beforeEach(() => {
  sysfs = mkdtempSync(join(tmpdir(), "tsrunc-sys-"));
  mkdirSync(join(sysfs, "module/apparmor/parameters"), { recursive: true });
});
afterEach(() => rmSync(sysfs, { recursive: true }));

function specWith(apparmorProfile: string | undefined): Spec {
  const process = { user: { uid: 0, gid: 0 }, cwd: "/", apparmorProfile };
  return { ociVersion: "1.0.2", root: { path: "r" }, process };
}

it.each([
  ["Y\n", true],
  ["N\n", false],
])("believes the module: %j", (text, apparmor) => {
  writeFileSync(join(sysfs, "module/apparmor/parameters/enabled"), text);
  expect(readSecurityModules(specWith("p"), sysfs)).toEqual({ apparmor, selinux: false });
});

it("takes what is missing, or only looks right, for off", () => {
  expect(readSecurityModules(specWith("p"), sysfs)).toEqual({ apparmor: false, selinux: false });
  mkdirSync(join(sysfs, "fs/selinux"), { recursive: true });
  const spec = { ...specWith("p"), linux: { mountLabel: "a:b:c:d" } };
  expect(readSecurityModules(spec, sysfs)).toEqual({ apparmor: false, selinux: false });
});

it("does not ask when the config has no label", () => {
  writeFileSync(join(sysfs, "module/apparmor/parameters/enabled"), "Y");
  expect(readSecurityModules(specWith(undefined), sysfs)).toEqual({ apparmor: false, selinux: false });
});
