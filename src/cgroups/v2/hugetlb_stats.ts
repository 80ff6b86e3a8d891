import { flatNumbers, numberIn, unlessZero } from "../stats_text.ts";
import type { HugetlbStats, ReadText } from "../stats_types.ts";

/** Reservations, counted since Linux 5.7, are what limits act on. v2 keeps no peak. */
export function readHugetlbStats(read: ReadText, pageSize: string): HugetlbStats {
  const prefix = `hugetlb.${pageSize}`;
  return {
    usage: unlessZero(numberIn(read(`${prefix}.rsvd.current`) ?? read(`${prefix}.current`))),
    failcnt: flatNumbers(read(`${prefix}.events`))?.max ?? 0,
  };
}
