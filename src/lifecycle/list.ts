import { RuntimeError } from "../errors.ts";
import { type ContainerSummary, ociState } from "./oci_state.ts";
import { listIds, readStateRecord } from "./state_store.ts";

/**
 * Every container below `root`. Directories that vanish meanwhile are not listed; ones that cannot be read
 * are told to `onUnreadable`.
 */
export function listContainers(request: {
  readonly root: string;
  readonly onUnreadable?: (id: string, error: RuntimeError) => void;
}): ContainerSummary[] {
  const { root, onUnreadable } = request;
  return listIds(root).flatMap((id) => {
    try {
      return [ociState(root, readStateRecord(root, id))];
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      if (error.code !== "not_found") onUnreadable?.(id, error);
      return [];
    }
  });
}
