import type { CgroupPlan } from "../cgroup_plan.ts";
import { type Leaf, makeLeaves, removeMade } from "../directories.ts";
import type { CgroupRecord } from "../driver.ts";
import { readCgroupFile, writeSettings } from "../file.ts";
import { inodesOf } from "../identity.ts";
import { refuseFrozen, refuseOccupied } from "../refusals.ts";
import { enableControllers } from "../v2/enable_controllers.ts";
import { inheritedFiles, planInherited } from "./cpuset.ts";
import { isFrozen } from "./freezer.ts";
import { listingKey } from "./manager.ts";

/** Makes the container's cgroup in every hierarchy; see createCgroup(). */
export function createV1(plan: CgroupPlan, onIntent: (record: CgroupRecord) => void): CgroupRecord {
  const { paths, mountPoints, rootless } = plan;
  const leaves = new Map<string, Leaf>();
  for (const [key, directory] of Object.entries(paths)) {
    leaves.set(directory, { mountPoint: mountPoints[key]!, directory });
  }
  const identifying = [listingKey(paths), ""].filter((key) => key !== undefined);
  const record = (created: readonly string[], keys: readonly string[]): CgroupRecord => {
    return { driver: "v1", paths, created, inodes: inodesOf(paths, keys), rootless };
  };
  const made = makeLeaves([...leaves.values()], (missing) => {
    for (const directory of leaves.keys()) if (!missing.includes(directory)) refuseOccupied(directory);
    onIntent(
      record(
        missing,
        identifying.filter((key) => !missing.includes(paths[key] ?? "")),
      ),
    );
  });
  try {
    prepare(plan, made);
    return record(made, identifying);
  } catch (error) {
    removeMade(made);
    throw error;
  }
}

function prepare({ paths, mountPoints, beforeJoin, needsDomain }: CgroupPlan, made: readonly string[]): void {
  const { cpuset, freezer, cpu, "": unified } = paths;
  if (cpuset !== undefined) {
    for (const file of inheritedFiles) inherit(file, cpuset, mountPoints.cpuset!, made);
  }
  if (freezer !== undefined) refuseFrozen(isFrozen(freezer), freezer);
  if (cpu !== undefined) writeSettings(cpu, beforeJoin);
  if (unified !== undefined)
    enableControllers({ mountPoint: mountPoints[""]!, directory: unified }, needsDomain);
}

/** The file's value in `directory`, copied down from the nearest cgroup above that has one. */
function inherit(file: string, directory: string, mountPoint: string, made: readonly string[]): string {
  // What is new is empty, unless the parent's cgroup.clone_children has filled it: then this writes the same.
  const known = made.includes(directory) ? "" : (readCgroupFile(directory, file) ?? "");
  if (known !== "" || directory === mountPoint) return known;
  const value = inherit(file, directory.slice(0, directory.lastIndexOf("/")), mountPoint, made);
  writeSettings(directory, [planInherited(file, value)]);
  return value;
}
