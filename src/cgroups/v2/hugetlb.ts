import { errno } from "../../errno.ts";
import { configError } from "../../errors.ts";
import type { LinuxResources } from "../../spec/types.ts";
import { type Setting, setting } from "../settings.ts";

/** Pages in use and, since Linux 5.7, pages reserved. */
export function planHugetlb({ hugepageLimits = [] }: LinuxResources): readonly Setting[] {
  return hugepageLimits.flatMap(({ pageSize, limit }, index) => {
    const at = `/linux/resources/hugepageLimits/${index}`;
    checkPageSize(pageSize, at);
    const what = `${pageSize} huge page limit`;
    return [
      setting("hugetlb", `hugetlb.${pageSize}.max`, limit, what, at),
      setting("hugetlb", `hugetlb.${pageSize}.rsvd.max`, limit, what, at, { ignore: [errno.ENOENT] }),
    ];
  });
}

/** The page size is a part of a file name, and must not make it another file. */
export function checkPageSize(pageSize: string, at: string): void {
  if (/^[1-9][0-9]*[KMG]B$/.test(pageSize)) return;
  throw configError(`${at}/pageSize`, `${pageSize} is not a huge page size: expected a form like 2MB or 1GB`);
}
