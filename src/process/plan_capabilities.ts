import { type Op, op } from "../plan/plan.ts";
import { CAPABILITIES } from "../spec/capability_names.ts";
import type { LinuxCapabilities } from "../spec/types.ts";

const at = "/process/capabilities";

/** The bounding set shrinks before the user changes; nothing is dropped when the config names no sets. */
export function planBoundingSet(capabilities: LinuxCapabilities | undefined): readonly Op[] {
  if (capabilities === undefined) return [];
  return [op("boundingSet", `${at}/bounding`, { keep: bits(capabilities.bounding) })];
}

/**
 * The other four sets, after the user has changed (capabilities(7)). The inheritable set is what the config
 * says and never more: CVE-2022-29162. Without `capabilities` the sets stay as setresuid(2) left them.
 *
 * @param keep names that init itself still needs: permitted, not effective, and gone after execve(2)
 */
export function planCapabilitySets(
  capabilities: LinuxCapabilities | undefined,
  keep: readonly string[] = [],
): readonly Op[] {
  if (capabilities === undefined) return [];
  return [
    op("capabilities", at, {
      effective: bits(capabilities.effective),
      permitted: bits(capabilities.permitted),
      inheritable: bits(capabilities.inheritable),
      ambient: bits(capabilities.ambient),
      keep: bits(keep),
    }),
  ];
}

/** Names no kernel knows have been warned about (spec: MUST warn, SHOULD NOT fail) and are left out. */
function bits(names: readonly string[] | undefined): bigint {
  let set = 0n;
  for (const name of names ?? []) {
    const bit = CAPABILITIES.get(name);
    if (bit !== undefined) set |= 1n << BigInt(bit);
  }
  return set;
}
