import { errno } from "../../errno.ts";
import type { LinuxResources } from "../../spec/types.ts";
import { O_DIRECTORY, O_PATH, SIGKILL } from "../../sys/constants.ts";
import { open } from "../../sys/files.ts";
import { pidfdSendSignal } from "../../sys/processes.ts";
import { isErrno } from "../../sys/sys_error.ts";
import { pathBelow } from "../cgroup_path.ts";
import { attachDevicePolicy } from "../devices/attach.ts";
import { allowsEverything, type DeviceRule, reduceDeviceRules } from "../devices/device_rules.ts";
import { removeMade } from "../directories.ts";
import type { CgroupManager, CgroupRecord } from "../driver.ts";
import { flatKey, readCgroupFile, writeCgroupFile, writeSettings } from "../file.ts";
import { whoseCgroup } from "../identity.ts";
import { joinCgroup } from "../join.ts";
import { planSettings } from "../planned_settings.ts";
import { emptyTree, pidsOfTree, removeTree } from "../tree.ts";
import { signalListed, waitForEvent } from "../waiting.ts";
import { freezeCgroup, isFrozen, thawCgroup } from "./freezer.ts";

/** cgroup v2: one directory. */
export class V2Manager implements CgroupManager {
  readonly record: CgroupRecord;
  readonly #directory: string;

  constructor(record: CgroupRecord) {
    this.record = record;
    this.#directory = record.paths[""]!;
  }

  openForClone(below?: string): number {
    return open(this.#directory + pathBelow(below), O_PATH | O_DIRECTORY);
  }

  join(pid: number, below?: string): void {
    joinCgroup(this.#directory + pathBelow(below), pid, this.record.rootless);
  }

  set(resources: LinuxResources): void {
    for (const { directory, settings } of planSettings(this.record.paths, resources)) {
      writeSettings(directory, settings);
    }
  }

  setDevices(rules: readonly DeviceRule[]): void {
    const policy = reduceDeviceRules(rules);
    try {
      attachDevicePolicy(this.#directory, policy);
    } catch (error) {
      // A user namespace cannot load programs; what the caller itself may do still bounds the container.
      if (!this.record.rootless && !allowsEverything(policy)) throw error;
    }
  }

  pids(): number[] {
    return pidsOfTree(this.#directory);
  }

  killAll(signal: number): void {
    if (whoseCgroup(this.record, "") !== "ours") return;
    if (signal === SIGKILL && this.#killAtOnce()) return;
    const frozenBefore = this.frozen();
    try {
      if (!frozenBefore) this.freeze();
      signalListed(
        () => this.pids(),
        (pidfd) => pidfdSendSignal(pidfd, signal),
      );
    } finally {
      if (!frozenBefore) this.thaw();
    }
  }

  /** cgroup.kill is there since Linux 5.14; a threaded cgroup refuses it. */
  #killAtOnce(): boolean {
    try {
      return writeCgroupFile(this.#directory, "cgroup.kill", "1");
    } catch (error) {
      if (isErrno(error, errno.EOPNOTSUPP)) return false;
      throw error;
    }
  }

  freeze(): void {
    freezeCgroup(this.#directory);
  }

  thaw(): void {
    thawCgroup(this.#directory);
  }

  frozen(): boolean {
    return isFrozen(this.#directory);
  }

  waitEmpty(timeoutMs: number): boolean {
    return waitForEvent(
      `${this.#directory}/cgroup.events`,
      (text) => flatKey(text, "populated") === "0",
      timeoutMs,
    );
  }

  oomKills(): number | undefined {
    const count = flatKey(readCgroupFile(this.#directory, "memory.events") ?? "", "oom_kill");
    return count === undefined ? undefined : Number(count);
  }

  destroy(timeoutMs = 2000): void {
    const { created } = this.record;
    if (whoseCgroup(this.record, "") === "ours") {
      const remove = created.includes(this.#directory) ? removeTree : emptyTree;
      remove(this.#directory, performance.now() + timeoutMs, (ms) => this.waitEmpty(ms));
    }
    removeMade(created.filter((directory) => directory !== this.#directory));
  }
}
