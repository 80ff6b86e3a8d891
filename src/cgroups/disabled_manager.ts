import type { CgroupManager, CgroupRecord } from "./driver.ts";

/** The driver that does nothing, on purpose: the container stays in the cgroup of its caller. */
export class DisabledManager implements CgroupManager {
  readonly record: CgroupRecord = { driver: "disabled", paths: {}, created: [], inodes: {}, rootless: false };

  openForClone(): undefined {
    return undefined;
  }
  join(): void {}
  set(): void {}
  setDevices(): void {}
  pids(): number[] {
    return [];
  }
  killAll(): void {}
  freeze(): void {}
  thaw(): void {}
  frozen(): boolean {
    return false;
  }
  waitEmpty(): boolean {
    return true;
  }
  oomKills(): undefined {
    return undefined;
  }
  destroy(): void {}
}
