import { noLimit, numberIn, unlessZero } from "../stats_text.ts";
import type { PidsStats, ReadText } from "../stats_types.ts";

/** The same files on v1 and v2. No limit is no member. */
export function readPidsStats(read: ReadText): PidsStats {
  const limit = numberIn(read("pids.max"));
  return {
    current: unlessZero(numberIn(read("pids.current"))),
    limit: limit === noLimit ? undefined : unlessZero(limit),
  };
}
