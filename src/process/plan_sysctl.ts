import { type Op, op } from "../plan/plan.ts";
import { sysctlComponents } from "../spec/sysctl_key.ts";
import type { Spec } from "../spec/types.ts";

/** `linux.sysctl` → writes below /proc/sys. */
export function planSysctl(spec: Spec): readonly Op[] {
  return Object.entries(spec.linux?.sysctl ?? {}).map(([key, value]) =>
    op("sysctl", `/linux/sysctl/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, {
      path: sysctlComponents(key)!.join("/"),
      value,
    }),
  );
}
