/** What root may not do here although it may elsewhere: test machines are often containers themselves. */
import { readFileSync } from "node:fs";
import { procStatus } from "./proc.ts";

const last = Number(readFileSync("/proc/sys/kernel/cap_last_cap", "utf8"));

/** Does root hold every capability that the kernel knows? */
export const hasAllCapabilities =
  BigInt(`0x${procStatus("self", "CapEff")}`) === (1n << BigInt(last + 1)) - 1n;
