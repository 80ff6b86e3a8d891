/** What the rest of tsrunc sees of cgroups. Everything is synchronous. */
import type { LinuxResources } from "../spec/types.ts";
import type { DeviceRule } from "./devices/device_rules.ts";

/**
 * Where a container's cgroups are, as it is kept in the state. A manager can be made from the record alone,
 * also from the intent a crashed `create` left.
 */
export interface CgroupRecord {
  readonly driver: "v1" | "v2" | "disabled";
  /**
   * The directory per controller on v1 (`memory`, `cpu`, `name=systemd`), and at "" the one in the unified
   * hierarchy: the only key on v2; on a hybrid host it is there when that hierarchy carries controllers.
   */
  readonly paths: Readonly<Record<string, string>>;
  /** The directories this create made, parents before children: delete removes these and no others. */
  readonly created: readonly string[];
  /**
   * The inode of directories whose processes may be signalled, by key of `paths`: another cgroup that later
   * stands at the same path is not the container's. Absent in an intent for directories not yet made.
   */
  readonly inodes: Readonly<Record<string, string>>;
  /** The caller is not privileged: what it is not permitted to set is skipped where the rules allow it. */
  readonly rootless: boolean;
}

export interface CgroupManager {
  readonly record: CgroupRecord;

  /**
   * v2: a descriptor for CLONE_INTO_CGROUP, of the cgroup or of `below` in it; the caller closes it.
   * undefined elsewhere: use join().
   */
  openForClone(below?: string): number | undefined;

  /**
   * Moves a process into the cgroup, in every hierarchy; `below` names a cgroup inside the container's own.
   * @throws RuntimeError
   */
  join(pid: number, below?: string): void;

  /** Applies everything in `resources` but the device rules. @throws RuntimeError */
  set(resources: LinuxResources): void;

  /**
   * Applies the effective device rules; see planDeviceRules(). `replaced` are those in force until now: a
   * running container then never sees a moment without the devices that both allow.
   *
   * @throws RuntimeError
   */
  setDevices(rules: readonly DeviceRule[], replaced?: readonly DeviceRule[]): void;

  /** Every process in the cgroup and the cgroups below it. */
  pids(): number[];

  /** Sends `signal` to every process. SIGKILL reaches frozen processes as well. */
  killAll(signal: number): void;

  /** Stops every process; returns when all have stopped. @throws RuntimeError after a bounded time, thawed again */
  freeze(): void;
  thaw(): void;
  frozen(): boolean;

  /** Waits until no process is left; false after `timeoutMs`. */
  waitEmpty(timeoutMs: number): boolean;

  /** How often the OOM killer struck in the cgroup; undefined where the kernel does not count. */
  oomKills(): number | undefined;

  /**
   * Removes what create made, and every cgroup the container made below it. A cgroup that is gone already is
   * fine. @throws RuntimeError naming what is left, never returns with something left.
   */
  destroy(timeoutMs?: number): void;
}
