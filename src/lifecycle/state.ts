import { checkContainerId } from "./container_id.ts";
import { type OciState, ociState } from "./oci_state.ts";
import { readStateRecord } from "./state_store.ts";

/** The state of one container, as `tsrunc state` prints it. @throws RuntimeError `not_found` */
export function readState({ id, root }: { id: string; root: string }): OciState {
  checkContainerId(id);
  const { ownerUid: _, ...state } = ociState(root, readStateRecord(root, id));
  return state;
}
