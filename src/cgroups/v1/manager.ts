import { RuntimeError } from "../../errors.ts";
import type { LinuxResources } from "../../spec/types.ts";
import { SIGKILL } from "../../sys/constants.ts";
import { pidfdSendSignal } from "../../sys/processes.ts";
import { pathBelow } from "../cgroup_path.ts";
import { allowsEverything, type DeviceRule, reduceDeviceRules } from "../devices/device_rules.ts";
import { removeMade } from "../directories.ts";
import type { CgroupManager, CgroupRecord } from "../driver.ts";
import { flatKey, readCgroupFile, writeCgroupFile, writeSettings } from "../file.ts";
import { cgroupRoot } from "../hierarchy.ts";
import { whoseCgroup } from "../identity.ts";
import { joinCgroup } from "../join.ts";
import { planSettings } from "../planned_settings.ts";
import { missingController } from "../settings.ts";
import { emptyTree, pidsOfTree, removeTree } from "../tree.ts";
import { signalListed, waitForNone } from "../waiting.ts";
import { planDevices } from "./devices.ts";
import { freezeCgroup, isFrozen, thawCgroup, thawTree } from "./freezer.ts";

/** The hierarchy that says which processes are the container's: the one that can stop them, if there is one. */
export function listingKey(paths: CgroupRecord["paths"]): string | undefined {
  return ["freezer", "devices", "memory", "pids", ...Object.keys(paths)].find(
    (key) => paths[key] !== undefined,
  );
}

/** cgroup v1: a directory per hierarchy; on a hybrid host one more in the unified hierarchy. */
export class V1Manager implements CgroupManager {
  readonly record: CgroupRecord;
  readonly #listingKey: string | undefined;

  constructor(record: CgroupRecord) {
    this.record = record;
    this.#listingKey = listingKey(record.paths);
  }

  openForClone(): undefined {
    return undefined;
  }

  join(pid: number, below?: string): void {
    for (const directory of this.#directories())
      joinCgroup(directory + pathBelow(below), pid, this.record.rootless);
  }

  set(resources: LinuxResources): void {
    for (const { directory, settings } of planSettings(this.record.paths, resources)) {
      writeSettings(directory, settings);
    }
  }

  setDevices(rules: readonly DeviceRule[], replaced?: readonly DeviceRule[]): void {
    const policy = reduceDeviceRules(rules);
    const before = replaced === undefined ? undefined : reduceDeviceRules(replaced);
    const directory = this.record.paths.devices;
    try {
      if (directory === undefined) throw new RuntimeError("host", missingController("devices", cgroupRoot));
      writeSettings(directory, planDevices(policy, before));
    } catch (error) {
      if (!this.record.rootless && !allowsEverything(policy)) throw error;
    }
  }

  pids(): number[] {
    const directory = this.#listing();
    return directory === undefined ? [] : pidsOfTree(directory);
  }

  killAll(signal: number): void {
    const key = this.#listingKey;
    if (key === undefined || whoseCgroup(this.record, key) !== "ours") return;
    const unified = this.record.paths[""];
    if (signal === SIGKILL && unified !== undefined && whoseCgroup(this.record, "") === "ours") {
      writeCgroupFile(unified, "cgroup.kill", "1");
    }
    const frozenBefore = this.frozen();
    try {
      if (!frozenBefore && signal !== SIGKILL) this.freeze();
      if (!frozenBefore && signal === SIGKILL) this.#tryFreeze();
      signalListed(
        () => this.pids(),
        (pidfd) => pidfdSendSignal(pidfd, signal),
      );
    } finally {
      // A frozen task takes SIGKILL only once it is thawed, wherever below it was frozen.
      const { freezer } = this.record.paths;
      if (signal === SIGKILL && freezer !== undefined) thawTree(freezer);
      else if (!frozenBefore) this.thaw();
    }
  }

  /** A freezer that fails must not save anybody from SIGKILL. */
  #tryFreeze(): void {
    try {
      const { freezer } = this.record.paths;
      if (freezer !== undefined) freezeCgroup(freezer, 1000);
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
    }
  }

  freeze(): void {
    const { freezer } = this.record.paths;
    if (freezer === undefined) throw new RuntimeError("host", "freezer not supported");
    freezeCgroup(freezer);
  }

  thaw(): void {
    const { freezer } = this.record.paths;
    if (freezer !== undefined) thawCgroup(freezer);
  }

  frozen(): boolean {
    const { freezer } = this.record.paths;
    return freezer !== undefined && isFrozen(freezer);
  }

  waitEmpty(timeoutMs: number): boolean {
    return waitForNone(() => this.pids(), timeoutMs);
  }

  oomKills(): number | undefined {
    const { memory } = this.record.paths;
    if (memory === undefined) return undefined;
    const count = flatKey(readCgroupFile(memory, "memory.oom_control") ?? "", "oom_kill");
    return count === undefined ? undefined : Number(count);
  }

  destroy(timeoutMs = 2000): void {
    const { created } = this.record;
    const key = this.#listingKey;
    if (key === undefined || whoseCgroup(this.record, key) === "foreign") return;
    const deadline = performance.now() + timeoutMs;
    const leaves = this.#directories();
    for (const directory of leaves) {
      const remove = created.includes(directory) ? removeTree : emptyTree;
      remove(directory, deadline, (ms) => this.waitEmpty(ms));
    }
    removeMade(created.filter((directory) => !leaves.includes(directory)));
  }

  #listing(): string | undefined {
    return this.#listingKey === undefined ? undefined : this.record.paths[this.#listingKey];
  }

  /** One per hierarchy, also where several controllers share one. */
  #directories(): readonly string[] {
    return [...new Set(Object.values(this.record.paths))];
  }
}
