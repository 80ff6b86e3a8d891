import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import type { NamespaceJoin } from "../namespaces/plan_namespaces.ts";
import type { SlotName } from "../plan/ops.ts";
import { O_RDONLY } from "../sys/constants.ts";
import { open } from "../sys/files.ts";
import { reasonOf, SysError } from "../sys/sys_error.ts";

/**
 * Opens the namespaces to join. All are opened before the first is entered: paths mean something else inside.
 *
 * @throws RuntimeError with the pointer of the namespace
 */
export function openNamespaces(
  joins: readonly NamespaceJoin[],
  slots: Partial<Record<SlotName, number>>,
): void {
  for (const { slot, path, at, type } of joins) {
    try {
      slots[slot] = open(path, O_RDONLY);
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      const reason = error.errno === errno.ENOENT ? "does not exist" : `cannot be opened: ${reasonOf(error)}`;
      throw new RuntimeError("config", `${type} namespace ${path} ${reason}`, { at, errno: error.errno });
    }
  }
}
