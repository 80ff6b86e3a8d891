import type { DevicePolicy, DeviceRule } from "../devices/device_rules.ts";
import { formatDevice } from "../devices/device_rules.ts";
import type { Setting } from "../settings.ts";

/** Documentation/admin-guide/cgroup-v1/devices.rst: start over from all or nothing, then the exceptions. */
export function planDevices({ allowByDefault, exceptions }: DevicePolicy): readonly Setting[] {
  return [
    deviceSetting(allowByDefault, "a", "/linux/resources/devices"),
    ...exceptions.map((rule: DeviceRule) =>
      deviceSetting(!allowByDefault, formatDevice(rule), rule.at ?? "/linux/resources/devices"),
    ),
  ];
}

function deviceSetting(allow: boolean, value: string, at: string): Setting {
  const verb = allow ? "allow" : "deny";
  const what = value === "a" ? "all devices" : `device ${value}`;
  return { controller: "devices", file: `devices.${verb}`, value, does: `${verb} ${what}`, at };
}
