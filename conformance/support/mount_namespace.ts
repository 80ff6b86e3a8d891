/** Runs the runtime in a mount namespace of the test's own, so that no mount of a test is one of the host. */
import type { CallOptions } from "./runtime.ts";

/**
 * `through` of a call: `before` is run there first, `after` when the runtime has ended; both are shell commands.
 * The mounts are private at the start. The status is the runtime's.
 */
export function inOwnMounts(before: string, after = ":"): Required<Pick<CallOptions, "through">> {
  const script = `set -e; ${before}; set +e; "$@"; status=$?; ${after}; exit $status`;
  return { through: ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"] };
}

/** Every mount gets a peer group, one that is not the host's: those were left when the mounts became private. */
export const shareAll = "mount --make-rshared /";
