import { configError } from "./errors.ts";
import type { Spec } from "./spec/types.ts";

/**
 * Fields that a config may hold and tsrunc cannot realise yet. They are refused rather than ignored: a
 * container without the confinement it asked for must not start.
 */
const unsupported: readonly (readonly [at: string, value: (spec: Spec) => unknown])[] = [
  ["/linux/seccomp", (spec) => spec.linux?.seccomp],
  ["/linux/netDevices", (spec) => spec.linux?.netDevices],
  ["/linux/intelRdt", (spec) => spec.linux?.intelRdt],
  [
    "/mounts",
    (spec) =>
      spec.mounts?.find(
        ({ uidMappings, gidMappings, options }) =>
          uidMappings?.length || gidMappings?.length || options?.some((option) => /^r?idmap$/.test(option)),
      ),
  ],
];

/** @throws RuntimeError `config` at the first field that has a value */
export function refuseUnsupported(spec: Spec): void {
  for (const [at, value] of unsupported) {
    const found = value(spec);
    if (found === undefined || found === "") continue;
    const name = at === "/mounts" ? "an idmapped mount" : at.slice(1).replaceAll("/", ".");
    throw configError(at, `${name} is not supported yet`);
  }
}
