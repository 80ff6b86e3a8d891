import type { CgroupPlan } from "../cgroup_plan.ts";
import { makeLeaves, removeMade } from "../directories.ts";
import type { CgroupRecord } from "../driver.ts";
import { inodesOf } from "../identity.ts";
import { refuseFrozen, refuseOccupied } from "../refusals.ts";
import { enableControllers } from "./enable_controllers.ts";
import { isFrozen } from "./freezer.ts";

/** Makes the container's cgroup; see createCgroup(). */
export function createV2(plan: CgroupPlan, onIntent: (record: CgroupRecord) => void): CgroupRecord {
  const directory = plan.paths[""]!;
  const leaf = { mountPoint: plan.mountPoints[""]!, directory };
  const { paths, rootless } = plan;
  const record = (created: readonly string[], inodes: Record<string, string>): CgroupRecord => {
    return { driver: "v2", paths, created, inodes, rootless };
  };
  const made = makeLeaves([leaf], (missing) => {
    const isThere = !missing.includes(directory);
    if (isThere) refuseOccupied(directory);
    onIntent(record(missing, isThere ? inodesOf(paths, [""]) : {}));
  });
  try {
    enableControllers(leaf, plan.needsDomain);
    refuseFrozen(isFrozen(directory), directory);
    return record(made, inodesOf(paths, [""]));
  } catch (error) {
    removeMade(made);
    throw error;
  }
}
