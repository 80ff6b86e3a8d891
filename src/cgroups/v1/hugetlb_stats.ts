import { numberIn, unlessZero } from "../stats_text.ts";
import type { HugetlbStats, ReadText } from "../stats_types.ts";

/** Reservations, counted since Linux 5.7, are what limits act on; older kernels count the pages in use alone. */
export function readHugetlbStats(read: ReadText, pageSize: string): HugetlbStats {
  const prefix = `hugetlb.${pageSize}`;
  const value = (name: string) => numberIn(read(`${prefix}.rsvd.${name}`) ?? read(`${prefix}.${name}`));
  return {
    usage: unlessZero(value("usage_in_bytes")),
    max: unlessZero(value("max_usage_in_bytes")),
    failcnt: value("failcnt"),
  };
}
