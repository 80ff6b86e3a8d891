import type { LinuxResources } from "../spec/types.ts";
import type { DeviceRule } from "./devices/device_rules.ts";
import type { CgroupManager } from "./driver.ts";
import { planSettings } from "./planned_settings.ts";
import { restoreValues, saveValues } from "./saved_values.ts";

/** Rules to set and the ones they replace. */
export interface DeviceChange {
  readonly before: readonly DeviceRule[];
  readonly after: readonly DeviceRule[];
}

/**
 * Changes a running container's cgroup. Each step is announced to `undo`: what the files held before comes
 * back from the files themselves, for not every value in force was once in a config.
 *
 * @throws RuntimeError; the caller then undoes
 */
export function updateCgroup(
  cgroup: CgroupManager,
  resources: LinuxResources,
  devices: DeviceChange | undefined,
  undo: { readonly push: (step: () => void) => void },
): void {
  const saved = saveValues(planSettings(cgroup.record.paths, resources));
  undo.push(() => {
    const [failure] = restoreValues(saved);
    if (failure !== undefined) throw failure;
  });
  cgroup.set(resources);
  if (devices === undefined) return;
  undo.push(() => cgroup.setDevices(devices.before, devices.after));
  cgroup.setDevices(devices.after, devices.before);
}
