/** The flags of `update` as the resources object they stand for. */
import type { ExactInteger, LinuxResources } from "../spec/types.ts";
import { parseByteSize, parseExactInteger } from "./byte_size.ts";
import type { OptionsOf } from "./command_table.ts";

type Options = OptionsOf<"update">;

/** What each flag sets, as the pointer into the resources object. */
export const resourceFlags = {
  "blkio-weight": "/blockIO/weight",
  "cpu-period": "/cpu/period",
  "cpu-quota": "/cpu/quota",
  "cpu-burst": "/cpu/burst",
  "cpu-share": "/cpu/shares",
  "cpu-rt-period": "/cpu/realtimePeriod",
  "cpu-rt-runtime": "/cpu/realtimeRuntime",
  "cpu-idle": "/cpu/idle",
  "cpuset-cpus": "/cpu/cpus",
  "cpuset-mems": "/cpu/mems",
  memory: "/memory/limit",
  "memory-reservation": "/memory/reservation",
  "memory-swap": "/memory/swap",
  "pids-limit": "/pids/limit",
} as const satisfies Partial<Record<keyof Options, string>>;

type ResourceFlag = keyof typeof resourceFlags;

const sizes: readonly ResourceFlag[] = ["memory", "memory-reservation", "memory-swap"];
const texts: readonly ResourceFlag[] = ["cpuset-cpus", "cpuset-mems"];

/** @throws RuntimeError `usage` at the flag */
export function resourcesFromFlags(options: Options): LinuxResources {
  const resources: Record<string, Record<string, ExactInteger | string>> = {};
  for (const flag of Object.keys(resourceFlags) as ResourceFlag[]) {
    const value = parseFlag(flag, options[flag]);
    if (value === undefined) continue;
    const [, group, member] = resourceFlags[flag].split("/") as [string, string, string];
    resources[group] = { ...resources[group], [member]: value };
  }
  return resources as LinuxResources;
}

/** An empty value is a flag that a script has left open. */
function parseFlag(
  flag: ResourceFlag,
  value: string | number | undefined,
): ExactInteger | string | undefined {
  if (typeof value !== "string") return value;
  if (value === "") return undefined;
  if (texts.includes(flag)) return value;
  return sizes.includes(flag) ? parseByteSize(flag, value) : parseExactInteger(flag, value);
}

/** The flag that a place in the resources object came from: "/memory/limit" → "--memory". */
export function flagAt(pointer: string): string | undefined {
  const flag = Object.entries(resourceFlags).find(([, at]) => at === pointer)?.[0];
  return flag === undefined ? undefined : `--${flag}`;
}
