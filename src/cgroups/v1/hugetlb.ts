import { errno } from "../../errno.ts";
import type { LinuxResources } from "../../spec/types.ts";
import { type Setting, setting } from "../settings.ts";
import { checkPageSize } from "../v2/hugetlb.ts";

/** Pages in use and, since Linux 5.7, pages reserved. */
export function planHugetlb({ hugepageLimits = [] }: LinuxResources): readonly Setting[] {
  return hugepageLimits.flatMap(({ pageSize, limit }, index) => {
    const at = `/linux/resources/hugepageLimits/${index}`;
    checkPageSize(pageSize, at);
    const what = `${pageSize} huge page limit`;
    return [
      setting("hugetlb", `hugetlb.${pageSize}.limit_in_bytes`, limit, what, at),
      setting("hugetlb", `hugetlb.${pageSize}.rsvd.limit_in_bytes`, limit, what, at, {
        ignore: [errno.ENOENT],
      }),
    ];
  });
}
