import { configError, RuntimeError } from "../errors.ts";
import type { LinuxResources } from "../spec/types.ts";
import type { CgroupRecord } from "./driver.ts";
import { cgroupRoot } from "./hierarchy.ts";
import { missingController, type Setting } from "./settings.ts";
import { v1Controllers } from "./v1/controllers.ts";
import { v2Controllers } from "./v2/controllers.ts";

/** Settings and the directory they are for, in the order they are written. */
export interface SettingGroup {
  readonly directory: string;
  readonly settings: readonly Setting[];
}

type Paths = CgroupRecord["paths"];

/** Everything that `resources` asks for, by directory. Pure: a contradiction is found before anything is written. */
export function planSettings(paths: Paths, resources: LinuxResources): readonly SettingGroup[] {
  return isUnified(paths) ? planV2(paths, resources) : planV1(paths, resources);
}

/** Whether the unified hierarchy is all the container has. */
export function isUnified(paths: Paths): boolean {
  return Object.keys(paths).every((key) => key === "");
}

function planV2(paths: Paths, resources: LinuxResources): readonly SettingGroup[] {
  const directory = paths[""];
  if (directory === undefined) return [];
  return v2Controllers.map(({ plan }) => ({ directory, settings: plan(resources) }));
}

function planV1(paths: Paths, resources: LinuxResources): readonly SettingGroup[] {
  if (resources.unified !== undefined && Object.keys(resources.unified).length > 0) {
    throw configError(
      "/linux/resources/unified",
      "cannot set unified resources: the host has no unified cgroups",
    );
  }
  return v1Controllers.flatMap(({ name, plan }) => placeV1(paths, name, plan(resources), resources));
}

/** Which directory takes the settings of a controller: on a hybrid host, some are on the unified side. */
function placeV1(
  paths: Paths,
  name: string,
  settings: readonly Setting[],
  resources: LinuxResources,
): readonly SettingGroup[] {
  if (settings.length === 0) return [];
  const directory = paths[name];
  if (directory !== undefined) return [{ directory, settings }];
  const unified = paths[""];
  const onUnified = v2Controllers.find((controller) => controller.name === name)?.plan(resources);
  if (unified !== undefined && onUnified !== undefined) return [{ directory: unified, settings: onUnified }];
  throw new RuntimeError("host", missingController(name, cgroupRoot), { at: settings[0]!.at });
}
