import type { DeviceException, DevicePolicy, DeviceRule } from "../devices/device_rules.ts";
import { formatDevice } from "../devices/device_rules.ts";
import type { Setting } from "../settings.ts";

/**
 * Documentation/admin-guide/cgroup-v1/devices.rst: start over from all or nothing, then the exceptions.
 *
 * Starting over is refused once the container has made cgroups below its own, and takes every device away for
 * a moment. So where a policy with the same default is `replaced`, only the difference is written.
 */
export function planDevices(policy: DevicePolicy, replaced?: DevicePolicy): readonly Setting[] {
  const { allowByDefault, exceptions } = policy;
  if (replaced !== undefined && replaced.allowByDefault === allowByDefault) {
    return [
      ...without(replaced.exceptions, exceptions).map((rule) => exceptionSetting(allowByDefault, rule)),
      ...without(exceptions, replaced.exceptions).map((rule) => exceptionSetting(!allowByDefault, rule)),
    ];
  }
  return [
    deviceSetting(allowByDefault, "a", "/linux/resources/devices"),
    ...exceptions.map((rule) => exceptionSetting(!allowByDefault, rule)),
  ];
}

/** What `rules` give beyond `others`. */
function without(
  rules: readonly DeviceException[],
  others: readonly DeviceException[],
): readonly DeviceException[] {
  return rules.flatMap((rule) => {
    const same = others.find(
      ({ type, major, minor }) => type === rule.type && major === rule.major && minor === rule.minor,
    );
    const access = rule.access & ~(same?.access ?? 0);
    return access === 0 ? [] : [{ ...rule, access }];
  });
}

function exceptionSetting(allow: boolean, rule: DeviceRule): Setting {
  return deviceSetting(allow, formatDevice(rule), rule.at ?? "/linux/resources/devices");
}

function deviceSetting(allow: boolean, value: string, at: string): Setting {
  const verb = allow ? "allow" : "deny";
  const what = value === "a" ? "all devices" : `device ${value}`;
  return { controller: "devices", file: `devices.${verb}`, value, does: `${verb} ${what}`, at };
}
