import { RLIMITS } from "../spec/rlimit_names.ts";
import type { Spec } from "../spec/types.ts";

export interface ResourceLimit {
  readonly resource: number;
  readonly soft: bigint;
  readonly hard: bigint;
  readonly at: string;
}

/** `process.rlimits`, for prlimit(2) from outside: only there may a hard limit be raised. */
export function planRlimits(process: Spec["process"]): readonly ResourceLimit[] {
  return (process?.rlimits ?? []).map(({ type, soft, hard }, index) => ({
    resource: RLIMITS.get(type)!,
    soft: BigInt(soft),
    hard: BigInt(hard),
    at: `/process/rlimits/${index}`,
  }));
}
