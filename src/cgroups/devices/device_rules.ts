/** linux.resources.devices with the defaults, reduced to what is in force at the end. Pure. */
import { configError } from "../../errors.ts";
import type { ExactInteger, Linux, LinuxDeviceCgroup } from "../../spec/types.ts";
import { cleanPath } from "../cgroup_path.ts";

export const accessMknod = 1;
export const accessRead = 2;
export const accessWrite = 4;
export const accessAll = accessMknod | accessRead | accessWrite;

export interface DeviceRule {
  readonly allow: boolean;
  readonly type: "a" | "b" | "c";
  /** undefined: all. */
  readonly major: number | undefined;
  readonly minor: number | undefined;
  /** Bits access*. */
  readonly access: number;
  /** JSON pointer; undefined for the defaults. */
  readonly at: string | undefined;
}

/** What holds after all rules: a default, and the devices it does not hold for. */
export interface DevicePolicy {
  readonly allowByDefault: boolean;
  readonly exceptions: readonly DeviceException[];
}

export interface DeviceException extends DeviceRule {
  readonly type: "b" | "c";
}

/** Device nodes every container gets, and what programs expect of a terminal, as runc and crun allow it. */
const defaultRules: readonly (readonly [
  type: "b" | "c",
  major: number | undefined,
  minor: number | undefined,
  access: number,
  path?: string,
])[] = [
  ["c", undefined, undefined, accessMknod],
  ["b", undefined, undefined, accessMknod],
  ["c", 1, 3, accessAll, "/dev/null"],
  ["c", 1, 8, accessAll, "/dev/random"],
  ["c", 1, 7, accessAll, "/dev/full"],
  ["c", 5, 0, accessAll, "/dev/tty"],
  ["c", 1, 5, accessAll, "/dev/zero"],
  ["c", 1, 9, accessAll, "/dev/urandom"],
  ["c", 136, undefined, accessAll], // pseudo-terminals
  ["c", 5, 2, accessAll], // ptmx
  ["c", 10, 200, accessAll], // tun
];

/**
 * The configured rules in their order, then the defaults: those cannot be taken away by a rule, but a
 * configured node at the path of a default one takes its rule with it.
 *
 * @throws RuntimeError at the rule
 */
export function planDeviceRules(
  linux: Pick<Linux, "devices" | "resources"> | undefined,
): readonly DeviceRule[] {
  const replaced = new Set(linux?.devices?.map(({ path }) => cleanPath(path)));
  const defaults = defaultRules
    .filter(([, , , , path]) => path === undefined || !replaced.has(path))
    .map(([type, major, minor, access]) => ({ allow: true, type, major, minor, access, at: undefined }));
  return [...(linux?.resources?.devices ?? []).map(parseDeviceRule), ...defaults];
}

function parseDeviceRule(rule: LinuxDeviceCgroup, index: number): DeviceRule {
  const at = `/linux/resources/devices/${index}`;
  const type = rule.type === undefined || rule.type === "" ? "a" : rule.type;
  return {
    allow: rule.allow,
    type,
    major: deviceNumber(rule.major, `${at}/major`),
    minor: deviceNumber(rule.minor, `${at}/minor`),
    access: parseAccess(rule.access ?? "", `${at}/access`),
    at,
  };
}

/** -1 is the Go type's way to say all. */
function deviceNumber(number: ExactInteger | undefined, at: string): number | undefined {
  if (number === undefined || BigInt(number) === -1n) return undefined;
  if (number < 0 || number > 0xffffffff) throw configError(at, `${number} is not a device number`);
  return Number(number);
}

const accessBits: Readonly<Record<string, number>> = { m: accessMknod, r: accessRead, w: accessWrite };

function parseAccess(access: string, at: string): number {
  const bits = [...access].map((letter) => accessBits[letter]);
  if (bits.length === 0) throw configError(at, "device access cannot be empty");
  return bits.reduce<number>((all, bit) => {
    if (bit === undefined) throw configError(at, `device access ${access} has letters other than r, w and m`);
    return all | bit;
  }, 0);
}

export function formatAccess(access: number): string {
  return `${access & accessRead ? "r" : ""}${access & accessWrite ? "w" : ""}${access & accessMknod ? "m" : ""}`;
}

/** "c 1:3 rwm", as devices.allow of v1 wants it and people read it. */
export function formatDevice({ type, major, minor, access }: DeviceRule): string {
  return `${type} ${major ?? "*"}:${minor ?? "*"} ${formatAccess(access)}`;
}

/**
 * Applies the rules in order, as the v1 kernel does: nothing is allowed at first; a rule for all devices
 * starts over; any other adds to or takes from the exceptions for exactly the numbers it names.
 *
 * @throws RuntimeError when a rule takes away a part of what a wildcard gives
 */
export function reduceDeviceRules(rules: readonly DeviceRule[]): DevicePolicy {
  let allowByDefault = false;
  const exceptions = new Map<string, DeviceException>();
  for (const rule of rules) {
    const { type } = rule;
    if (type === "a") {
      allowByDefault = rule.allow;
      exceptions.clear();
    } else if (rule.allow !== allowByDefault) {
      const known = exceptions.get(keyOf(rule));
      exceptions.set(keyOf(rule), { ...rule, type, access: rule.access | (known?.access ?? 0) });
    } else {
      takeAway(exceptions, rule);
    }
  }
  return { allowByDefault, exceptions: [...exceptions.values()] };
}

function takeAway(exceptions: Map<string, DeviceException>, rule: DeviceRule): void {
  const { type, major, minor } = rule;
  const wider = [keyOf({ type, major: undefined, minor }), keyOf({ type, major, minor: undefined })];
  for (const key of new Set([...wider, keyOf({ type, major: undefined, minor: undefined })])) {
    if (key === keyOf(rule) || ((exceptions.get(key)?.access ?? 0) & rule.access) === 0) continue;
    // A default is what people may count on, not what they asked for: it gives way.
    if (rule.at === undefined) return;
    const verb = rule.allow ? "allow" : "deny";
    throw configError(
      rule.at,
      `cannot ${verb} device ${formatDevice(rule)}: cannot punch hole in existing wildcard rule`,
    );
  }
  const known = exceptions.get(keyOf(rule));
  if (known === undefined) return;
  const access = known.access & ~rule.access;
  if (access === 0) exceptions.delete(keyOf(rule));
  else exceptions.set(keyOf(rule), { ...known, access });
}

function keyOf({ type, major, minor }: Pick<DeviceRule, "type" | "major" | "minor">): string {
  return `${type} ${major ?? "*"}:${minor ?? "*"}`;
}

/** Whether the policy restricts nothing, so that failing to set it does no harm. */
export function allowsEverything({ allowByDefault, exceptions }: DevicePolicy): boolean {
  return allowByDefault && exceptions.length === 0;
}
