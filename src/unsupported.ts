import { configError } from "./errors.ts";
import type { Spec } from "./spec/types.ts";

/**
 * Fields that a config may hold and tsrunc cannot realise yet. They are refused rather than ignored: a
 * container without the confinement it asked for must not start.
 */
const unsupported: readonly (readonly [at: string, value: (spec: Spec) => unknown])[] = [];

/** @throws RuntimeError `config` at the first field that has a value */
export function refuseUnsupported(spec: Spec): void {
  for (const [at, value] of unsupported) {
    const found = value(spec);
    if (found === undefined || found === "") continue;
    throw configError(at, `${at.slice(1).replaceAll("/", ".")} is not supported yet`);
  }
}
