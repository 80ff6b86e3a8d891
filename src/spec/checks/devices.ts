import { type Finding, problem, type Report, warning } from "../finding.ts";
import type { ExactInteger, LinuxDevice, LinuxDeviceCgroup, LinuxResources, Spec } from "../types.ts";
import type { SpecContext } from "./context.ts";

/** dev_t gives twelve bits to the major number and twenty to the minor. */
const LIMITS = { major: 0xfff, minor: 0xfffff } as const;

export function checkDevices(report: Report, spec: Spec, context: SpecContext): void {
  const byPath = new Map<string, string>();
  const byNumber = new Map<string, string>();
  for (const [index, device] of (spec.linux?.devices ?? []).entries()) {
    const at = `/linux/devices/${index}`;
    checkDevice(report, device, at);
    const number = deviceWords(device);
    const earlier = byPath.get(device.path);
    if (earlier !== undefined && earlier !== number) {
      report(problem(`${at}/path`, `${device.path} is already another device of the list`));
    }
    byPath.set(device.path, number);
    if (device.type === "p") continue;
    const twin = byNumber.get(number);
    if (twin !== undefined && twin !== device.path && context.command === "validate") {
      report(warning(at, `the device ${number} should be used only once, and is ${twin} already`));
    }
    byNumber.set(number, device.path);
  }
}

/** "c 10:229". An unbuffered character device is a character device. */
function deviceWords({ type, major, minor }: LinuxDevice): string {
  return type === "p" ? "p" : `${type === "u" ? "c" : type} ${major}:${minor}`;
}

function checkDevice(report: Report, device: LinuxDevice, at: string): void {
  if (!device.path.startsWith("/")) {
    report(
      problem(`${at}/path`, `the path of a device must be absolute, not ${JSON.stringify(device.path)}`),
    );
  }
  if (device.type === "p") return;
  for (const name of ["major", "minor"] as const) {
    const value = device[name];
    if (value === undefined)
      report(problem(`${at}/${name}`, `a device of type ${device.type} needs a ${name} number`));
    else if (value < 0 || value > LIMITS[name]) report(outOfRange(`${at}/${name}`, name, value, 0));
  }
}

/** Rules of the device cgroup, for config.json and for `update`. -1 means all, as an absent number does. */
export function checkDeviceRules(report: Report, resources: LinuxResources, at: string): void {
  for (const [index, rule] of (resources.devices ?? []).entries()) {
    checkDeviceRule(report, rule, `${at}/devices/${index}`);
  }
}

function checkDeviceRule(report: Report, rule: LinuxDeviceCgroup, at: string): void {
  for (const name of ["major", "minor"] as const) {
    const value = rule[name];
    if (value === undefined || (value >= -1 && value <= LIMITS[name])) continue;
    report(outOfRange(`${at}/${name}`, name, value, -1));
  }
}

function outOfRange(at: string, name: "major" | "minor", value: ExactInteger, least: number): Finding {
  return problem(at, `the ${name} number of a device must be from ${least} to ${LIMITS[name]}, not ${value}`);
}
