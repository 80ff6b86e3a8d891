import type { Linux } from "../spec/types.ts";

/** `timeOffsets` as /proc/PID/timens_offsets wants it: "CLOCK SECS NANOSECS" lines (time_namespaces(7)). */
export function formatTimeOffsets(offsets: Linux["timeOffsets"]): string {
  return Object.entries(offsets ?? {})
    .map(([clock, offset]) => `${clock} ${offset?.secs ?? 0} ${offset?.nanosecs ?? 0}\n`)
    .join("");
}
